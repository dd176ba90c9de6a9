"""Answers questions about whole documents or all rows of a table by quotes. Pure.

A quote cannot sum up or compute. A question for the gist is answered by headings with the first
sentence under each, one for a page by its first sentences, one that counts or compares by the rows
that it is about; the answer says that it is no more than that.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from lodgepole.chat.citing.references import pages_between
from lodgepole.chat.quoting.quotes import Quote, quotes_of
from lodgepole.model import CELL_GAP, Source
from lodgepole.text.words import content_stems, similar_stems, stems_of, words

MOST_IN_OUTLINE = 8
MOST_FILES = 4  # where no file is named, those found first, each by its beginning
MOST_ROWS = 12
_GIST = re.compile(
    r"\b(?:what(?:'s|’s| is| are) .{2,80}\babout\W*$|summari[sz]e|summary of|main points"
    r"|key points"
    r"|(?:over|out)line of|tl;?dr|worum (?:geht|handelt)|wovon handelt"
    r"|fass(?:e|en|t)? .{2,80}\bzusammen"
    r"|zusammenfassung|überblick über|(?:haupt|kern)punkte|wichtigsten punkte"
    r"|de quoi (?:parle|traite)"
    r"|résume[rz]?\b|(?:un|le) résumé|points (?:principaux|clés)|de qué trata"
    r"|resum(?:en|ir|a|o)\b|puntos (?:principales|clave)"
    r"|di (?:che )?cosa (?:parla|tratta)|riassu|punti (?:principali|chiave)|do que trata"
    r"|waar gaat .{2,80}\bover|samenvatting|vat .{2,80}\bsamen|sammanfatt|sammenfatt"
    r"|opsummer|oppsummer"
    r"|о ч[её]м|кратко излож|резюм|основные (?:моменты|тезисы|пункты)|про що)"
    r"|总结|概括|摘要|主要内容|讲了?什么|関して述べ|要約|概要|まとめて|何について|要点|요약"
    r"|무엇에 관한|لخص|ملخص",
    re.IGNORECASE,
)
_PAGE = re.compile(
    r"\b(?:page|seite|página|pagina|side|sida|strona|страниц\w{1,3}"
    r"|сторінц\w{1,3})\s{1,3}(\d{1,5})\b"
    r"|第?(\d{1,5})(?:页|頁|ページ)|(\d{1,5})페이지",
    re.IGNORECASE,
)
_ABOUT_PAGE = re.compile(
    r"\b(?:what|tell|show|was|que|qué|cosa|wat|hvad|hva|vad|что|що)\b|什么|何", re.IGNORECASE
)
_ALL_ROWS = re.compile(
    r"\b(?:how many|number of|total|sum of|average|highest|lowest|largest|smallest|biggest"
    r"|cheapest"
    r"|(?:most|least) [a-z]{3,15}|compare|list (?:all|the)"
    r"|all (?:the )?(?:open|customers|products)"
    r"|wie ?viele?|anzahl|summe|gesamt|durchschnitt|höchste[nrs]?|niedrigste[nrs]?"
    r"|größte[nrs]?|kleinste[nrs]?"
    r"|teuerste[nrs]?|billigste[nrs]?|günstigste[nrs]?|vergleiche?|liste alle|combien de"
    r"|nombre de|le plus"
    r"|le moins|moyenne|comparer?|cuántos|cuántas|promedio|quanti|quante|quantos|quantas"
    r"|сколько|всего"
    r"|сам[ыа][йя])\b|最[高低大小多少]|合計|总[计和额]|平均|いくつ|何[件人社台]",
    re.IGNORECASE,
)
_KEYS = re.compile(r"(?:^| \| )([^|:]{1,60}):\s")


@dataclass(frozen=True, slots=True)
class Gist:
    """What is asked of whole documents: all of one, or one page of it."""

    page: int | None = None


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Quotes that stand for more than themselves; `of` counts all there were of their kind."""

    kind: Literal["outline", "rows"]
    quotes: tuple[Quote, ...]
    of: int


def asked_gist(question: str) -> Gist | None:
    """Whether the question is for the gist of a document or page."""
    page = _PAGE.search(question)
    if page is not None and _ABOUT_PAGE.search(question):
        rest = content_stems(words(_PAGE.sub(" ", question)))
        if len(rest) <= 2:
            return Gist(int(next(filter(None, page.groups()))))
    return Gist() if _GIST.search(question) else None


def outline(gist: Gist, question: str, sources: Sequence[Source]) -> Excerpt | None:
    """Headings with what stands first under them, of the file that is meant; None without any."""
    files = _files_meant(question, sources)
    quotes: list[Quote] = []
    for file_id in files:
        mine = sorted(
            (s for s in sources if s.snippet.file.id == file_id), key=lambda s: s.snippet.start
        )
        told = _page(gist.page, mine) if gist.page is not None else _first_under_headings(mine)
        quotes += told[: MOST_IN_OUTLINE if len(files) == 1 else 1]
    return Excerpt("outline", tuple(quotes[:MOST_IN_OUTLINE]), len(quotes)) if quotes else None


def _files_meant(question: str, sources: Sequence[Source]) -> list[str]:
    """The file whose name the question has most words of; those found first, if none is named."""
    asked = content_stems(words(question))
    named: dict[str, int] = {}
    for source in sources:
        file = source.snippet.file
        stems = {s for s in stems_of(file.upload.name.replace("_", " ")) if len(s) > 2}
        shared = sum(
            any(similar_stems(a, s) or (len(a) > 4 and a in s) for a in asked) for s in stems
        )
        named[file.id] = max(named.get(file.id, 0), shared)
    most = max(named.values(), default=0)
    if most:
        return [next(file for file, shared in named.items() if shared == most)]
    return list(named)[:MOST_FILES]


def _first_under_headings(sources: Sequence[Source]) -> list[Quote]:
    told: list[Quote] = []
    seen: set[str] = set()
    for source in sources:
        first = True
        for quote in quotes_of(source):
            new = quote.under not in seen if quote.under else first
            if not quote.is_title and new:
                told.append(quote)
                seen.add(quote.under)
                first = False
    return told


def _page(page: int, sources: Sequence[Source]) -> list[Quote]:
    return [
        quote
        for source in sources
        if page in source.snippet.pages
        for quote in quotes_of(source)
        if not quote.is_title
        and pages_between(source.snippet, quote.start, quote.start + 1) == (page,)
    ]


def asks_rows(question: str) -> bool:
    """Whether the question counts, compares or wants everything of a kind."""
    return _ALL_ROWS.search(question) is not None


def rows_like(best: Quote, sources: Sequence[Source]) -> Excerpt | None:
    """All rows of the table or list of records that a row is of, as far as they were found."""
    columns = _columns(best)
    if not columns:
        return None
    file = best.source.snippet.file.id
    rows = {
        quote.text: quote
        for source in sources
        if source.snippet.file.id == file
        for quote in quotes_of(source)
        if _columns(quote) == columns
    }
    if len(rows) < 2:
        return None
    return Excerpt("rows", tuple(rows.values())[:MOST_ROWS], len(rows))


def _columns(quote: Quote) -> tuple[str, ...]:
    if CELL_GAP in quote.text and ": " in quote.text:
        return tuple(_KEYS.findall(quote.text))
    head = quote.parts[0]
    is_row = CELL_GAP in quote.text or quote.text.startswith("|")
    return (head.text,) if is_row and not head.cited else ()
