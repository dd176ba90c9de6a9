"""What a question wants of a table: which rows, and what of them. Pure.

Every word of a question must be the name of a column, a value in one, what the table is of, or a
word for computing. Where one is left, the table may say less than is asked, and nothing is told.
"""

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from lodgepole.chat.cell_values import is_number, read_dates
from lodgepole.chat.tables import Row, Table
from lodgepole.text.words import (
    content_stems,
    is_negated,
    similar_stems,
    stem,
    stems_of,
    words,
)

Operation = Literal["count", "sum", "average", "highest", "lowest", "rows"]

LONGEST_VALUE = 60  # characters of a cell that a question may give
SHORTEST_FORM = 4  # letters, from which words that differ in their last one are taken for the same
_COUNT = (
    r"how many|number of|count(?: of)?|wie ?viele?|anzahl|combien(?: de| d['’])?|nombre de"
    r"|cuánt[oa]s|número de|quant[ie]|numero di|quant[oa]s|hoeveel|aantal|hur många|antal(?:et)?"
    r"|hvor mange|montako|ile|kaç|сколько|количество|число|скільки|кількість|bao nhiêu"
)
_WORDS: tuple[tuple[Operation, str], ...] = (
    (
        "average",
        r"\b(?:average|mean|durchschnitt\w{0,8}|mittelwert|moyenn\w{1,2}|en moyenne"
        r"|promedio|media"
        r"|média|gemiddeld\w?|genomsnitt\w{0,3}|gennemsnit\w{0,3}|gjennomsnitt\w{0,3}"
        r"|keskiarvo"
        r"|średni\w{1,3}|ortalama|средн\w{2,4}|середн\w{2,4}|trung bình)\b|平均|평균|متوسط",
    ),
    (
        "highest",
        r"\b(?:highest|largest|biggest|greatest|most expensive|priciest|dearest|maximum"
        r"|max|most"
        r"|longest|tallest|heaviest|fastest|latest|newest|most recent"
        r"|höchste[nrsm]?|größte[nrsm]?|teuerste[nrsm]?|meisten?|längste[nrsm]?|neueste[nrsm]?"
        r"|(?:le|la|les) plus (?:élevée?|hauts?|haute|chère?|cher|grande?|longue?|récente?)"
        r"|le plus de"
        r"|(?:más|mais|più) (?:altos?|altas?|caros?|caras?|cara|grandes?|largo|reciente)|mayor"
        r"|maggiore|maior|hoogste|grootste|duurste|meeste|langste|högst\w?|störst\w?|dyraste?"
        r"|flest\w?|mest|højeste|største|høyeste|dyreste|korkein|suurin|kallein|eniten"
        r"|najwyższ\w{1,3}|najwięcej|największ\w{1,3}|najdroższ\w{1,3}|en (?:yüksek|büyük"
        r"|pahalı|çok)"
        r"|сам\w{2,3} (?:высок|больш|дорог)\w{2,3}|наибольш\w{2,3}|больше всего"
        r"|найбільш\w{1,3}"
        r"|найдорожч\w{1,3}|cao nhất|lớn nhất|nhiều nhất|đắt nhất)\b"
        r"|最高|最大|最多|最も(?:高い|多い|大きい)|一番(?:高い|多い|大きい)|最贵"
        r"|가장 (?:높은|많은|큰|비싼)"
        r"|الأعلى|الأكبر|الأكثر|الأغلى",
    ),
    (
        "lowest",
        r"\b(?:lowest|smallest|least(?: expensive)?|minimum|min|cheapest|fewest|shortest"
        r"|lightest"
        r"|slowest|earliest|oldest"
        r"|niedrigste[nrsm]?|kleinste[nrsm]?|billigste[nrsm]?|günstigste[nrsm]?|wenigsten"
        r"|kürzeste[nrsm]?|früheste[nrsm]?|älteste[nrsm]?"
        r"|(?:le|la|les) (?:plus (?:basse?|bas|petite?|courte?)|moins (?:chère?|cher"
        r"|élevée?|de))"
        r"|(?:más|mais|più) (?:bajos?|bajas?|barat[oa]s?|baix[oa]s?|bass[oa]|pequeñ[oa]s?"
        r"|piccol[oa]"
        r"|econom\w{2,4})|menor|minore|laagste|kleinste|goedkoopste|minste|lägst\w?|minst\w?"
        r"|billigast\w?|laveste|mindste|billigste|halvin|pienin|alin|najniższ\w{1,3}"
        r"|najmniejsz\w{1,3}|najtańsz\w{1,3}|en (?:düşük|küçük|ucuz|az)"
        r"|сам\w{2,3} (?:низк|маленьк|деш[её]в)\w{2,3}|наименьш\w{2,3}|найменш\w{1,3}"
        r"|найдешевш\w{1,3}|thấp nhất|nhỏ nhất|ít nhất|rẻ nhất)\b"
        r"|最低|最小|最少|最も(?:低い|少ない|小さい|安い)|一番(?:低い|安い|少ない)|最便宜"
        r"|가장 (?:낮은|적은|작은|싼)|الأدنى|الأصغر|الأقل|الأرخص",
    ),
    (
        "sum",
        r"\b(?:totals?|sum(?: of)?|altogether|in all|combined|overall|summe|gesamt\w{0,8}"
        r"|insgesamt"
        r"|zusammen|somme|au total|suma|en total|totale?|in totale|soma|no total|totaal"
        r"|in totaal"
        r"|opgeteld|summan?|totalt|sammanlagt|i alt|til sammen|yhteensä|razem|łącznie|toplam"
        r"|сумм\w|всего|итого|разом|усього|загалом|tổng(?: cộng)?)\b|合計|总[计和额]|一共|総額"
        r"|합계|총|مجموع|إجمالي",
    ),
    ("count", rf"\b(?:{_COUNT})\b|几|幾|多少|いくつ|何[件人個名]|몇|كم"),
)
_OPERATIONS: tuple[tuple[Operation, re.Pattern[str]], ...] = tuple(
    (operation, re.compile(said, re.IGNORECASE)) for operation, said in _WORDS
)
_COUNTED = _OPERATIONS[-1][1]
_COMPARES = re.compile(
    r"\b(?:more than|less than|fewer than|greater than|over|above|under|below|at (?:least|most)"
    r"|between|before|after|since|until|up to|exceed\w{0,3}|compared?|difference|than|mehr als"
    r"|weniger als|über|unter|mindestens|höchstens|zwischen|vor|nach|seit|bis|plus de"
    r"|moins de|entre"
    r"|avant|après|depuis|más de|menos de|antes|después|più di|meno di|prima|dopo|meer dan"
    r"|minder dan"
    r"|voor|na|sinds|mer än|mindre än|mere end|mindre end|больше чем|меньше чем|до|после)\b"
    r"|以上|以下|未満|より|超过|少于|이상|이하",
    re.IGNORECASE,
)
_ASKS_ROWS = re.compile(
    r"\b(?:what|which|who|whose|where|when|list|show|give|how much|welche[rsnm]?|was|wer|wo"
    r"|wann|zeige?"
    r"|liste|nenne|wie hoch|quel(?:le)?s?|qui|liste[rz]?|montre[rz]?|qué|cuál(?:es)?|quién"
    r"|lista|muestra"
    r"|quali?|chi|elenca|qual|quais|quem|welke?|wie|wat|toon|vilk\w{1,3}|vem|vad|hvilke\w?"
    r"|hvem|hvad|hva"
    r"|visa|vis|какие|какой|какая|какое|кто|який|яка|які|хто)\b|哪|谁|什么|どの|誰|何|어떤|누가|무엇",
    re.IGNORECASE,
)
_GENERIC = frozenset(
    map(
        stem,
        """
        which what who whose where when how many much list show give me all any every each
        there is are
        has have had was were be been do does did the a of in on for by to with from at
        row rows entry
        entries record records line lines item items table value values one ones it that
        currently now
        cost costs pay pays paid sell sells sold work works worked spend spent make made
        earn earns get
        got receive received take takes took use uses used come comes belong per belongs
        marked listed
        assigned set have overall altogether please tell find
        welche welcher welches wie viele viel hat haben hatte hatten ist sind war waren
        gibt es zeige
        liste nenne alle jede zeile zeilen eintrag einträge wert werte kostet kosten bitte
        mir wurde
        wurden verdient hoch
        quel quelle quels quelles est sont a ont y il liste montre tous toutes ligne lignes valeur
        cuál cuáles es son tiene tienen hay lista todos todas fila filas valor
        quale quali è sono ha hanno ci tutti tutte riga righe valore
        qual quais tem têm há todos todas linha linhas
        welke heeft hebben zijn er alle rij rijen waarde
        """.split(),  # noqa: SIM905  a list of quoted words is no easier to read
    )
)
_NO_AMOUNT = re.compile(
    r"\b(?:id|no|nr|number|code|key|year|jahr|année|año|anno|date|datum|zip|plz|phone|telefon"
    r"|tel|index"
    r"|rank|row)\b|#|№",
    re.IGNORECASE,
)
_PRICE = re.compile(
    r"price|cost|fee|rate|charge|amount|salary|rent|preis|kosten|gebühr|betrag|miete|gehalt"
    r"|prix|coût"
    r"|tarif|montant|precio|coste|tarifa|importe|prezzo|costo|preço|custo|prijs|bedrag|pris"
    r"|цена|стоим"
    r"|価格|料金|价格|费用|가격|요금",
    re.IGNORECASE,
)
_ABOUT_PRICE = re.compile(
    r"expensive|cheap|priciest|dearest|teuer|billig|günstig|ch(?:er|ère)s?\b|caro|cara|barat|econom"
    r"|duur|goedkoop"
    r"|dyr|halvin|kallein|najdroż|najtań|pahalı|ucuz|дорог|деш|贵|便宜|高い|安い|비싼|싼|đắt|rẻ",
    re.IGNORECASE,
)
_WHEN = re.compile(r"latest|newest|recent|earliest|oldest|neueste|früheste|älteste", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a question wants of one table.

    Attributes:
        operation: What is to be made of the rows.
        column: What is added up or compared; None where rows are counted or shown.
        rows: Those that have all that the question says.
        filters: What these have, by the number of the column.
        weight: How many words of the question the table's columns and values have.
    """

    operation: Operation
    column: int | None
    rows: tuple[Row, ...]
    filters: Mapping[int, tuple[str, ...]]
    weight: int


def asks_table(question: str) -> bool:
    """Whether a table might answer the question by all of its rows or by one that it names."""
    return _operation(question) is not None or _ASKS_ROWS.search(question) is not None


def told_words(question: str) -> frozenset[str]:
    """The words of a question that a table must have, as it has them or begun alike."""
    found = _operation(question)
    said = content_stems(words(found[1] if found else question)) - _GENERIC
    return frozenset(s[: max(SHORTEST_FORM, len(s) - 1)] for s in said)


def wanted(question: str, table: Table, about: str) -> Wanted | None:
    """What the question wants of this table; None where it has words that say nothing of it.

    Args:
        question: As it would be asked alone.
        table: That may answer it.
        about: What else is known of the table: its file's name, its document's title.
    """
    found = _operation(question)
    if is_negated(words(question)) or _COMPARES.search(question) or _hides(question):
        return None
    operation, plain = found or ("rows", question)
    asked = frozenset(content_stems(words(plain)))
    names = [frozenset(stems_of(name)) for name in table.names]
    context = frozenset(stems_of(f"{about} {table.about}"))
    values = _filters(asked, table, names)
    if values is None:
        return None
    by_value = frozenset(s for stems in values.values() for s in stems.told)
    by_name = {s for s in asked - by_value if any(_like(s, name) for name in names)}
    said = asked - by_value - by_name
    if any(s not in _GENERIC and not _like(s, context) for s in said):
        return None
    filters = {column: told.values for column, told in values.items()}
    rows = tuple(
        row
        for row in table.rows
        if all(row.cells.get(n, "").casefold() in told for n, told in filters.items())
    )
    column = None
    if operation != "rows":
        column = (
            _counted(question, by_value, table, about)
            if operation == "count"
            else _column(operation, question, table, by_name, filters)
        )
        if column is None:
            return None
        if operation == "count":
            operation, column = ("count", None) if column < 0 else ("sum", column)
    elif not filters or len(asked) < 2 or not (by_name or said - _GENERIC):
        return None
    if operation in ("highest", "lowest") and len(rows) == 1:
        operation, column = "rows", None  # there is nothing to compare it with
    return Wanted(operation, column, rows, filters, len(by_value) + len(by_name))


def _counted(question: str, by_value: Collection[str], table: Table, about: str) -> int | None:
    """The column whose amounts `how many` asks for, or -1 for rows; None for neither."""
    asked = _COUNTED.search(question)
    following = [w.stem for w in words(question[asked.end() :]) if w.is_content] if asked else []
    noun = next((s for s in following if s not in by_value and s not in _GENERIC), None)
    if noun is None:
        return -1
    names = [frozenset(stems_of(name)) for name in table.names]
    columns = [n for n, name in enumerate(names) if _like(noun, name)]
    amounts = [n for n in columns if _has_amounts(table, n)]
    if amounts:
        return amounts[0] if len(amounts) == 1 else None
    # Customers are fewer than the tickets that they have.
    return -1 if _like(noun, names[0] | frozenset(stems_of(f"{about} {table.about}"))) else None


def _like(stem_: str, among: Collection[str]) -> bool:
    """Whether a word is among others, in one form or another: `Preise` and `Preis`, too."""
    return any(
        similar_stems(stem_, other)
        or (min(len(stem_), len(other)) >= SHORTEST_FORM and _begins(stem_, other))
        for other in among
    )


def _begins(a: str, b: str) -> bool:
    return abs(len(a) - len(b)) <= 1 and (a.startswith(b) or b.startswith(a))


def _hides(question: str) -> bool:
    """Whether a name is written like a word without meaning: `IT`, `May`."""
    said = (question[w.start : w.end] for w in words(question)[1:] if not w.is_content)
    return any((len(s) > 1 and s.isupper()) or s == "May" for s in said) and not question.isupper()


def _operation(question: str) -> tuple[Operation, str] | None:
    """What is to be computed, and the question without the words for it; None for nothing."""
    said = [known for known in _OPERATIONS if known[1].search(question)]
    kinds = {operation for operation, _ in said}
    if not said or {"highest", "lowest"} <= kinds:
        return None
    plain = question
    for _, pattern in said:
        plain = pattern.sub(" ", plain)
    return said[0][0], plain


# --- rows ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Told:
    """Values of a column that a question gives, in small letters, and the words that give them."""

    values: tuple[str, ...]
    told: frozenset[str]


def _filters(
    asked: Collection[str], table: Table, names: Sequence[frozenset[str]]
) -> dict[int, _Told] | None:
    """The values that a question gives, by column; None where one may be of several columns."""
    found: dict[int, _Told] = {}
    for column in range(len(table.names)):
        given: dict[str, frozenset[str]] = {}
        for cell in dict.fromkeys(cell.casefold() for cell in table.column(column)):
            stems = _stems(cell, asked, names[column])
            if stems:
                given[cell] = stems
        longest = {
            cell: stems
            for cell, stems in given.items()
            if not any(stems < o for o in given.values())
        }
        if longest:
            told = frozenset(s for stems in longest.values() for s in stems)
            found[column] = _Told(tuple(longest), told)
    return _of_one_column(found, asked, names)


def _stems(cell: str, asked: Collection[str], name: frozenset[str]) -> frozenset[str]:
    """The words of a cell, if the question has all of them."""
    if not cell or len(cell) > LONGEST_VALUE:
        return frozenset()
    stems = frozenset(content_stems(words(cell)))
    if not stems or not stems <= set(asked):
        return frozenset()
    if is_number(cell) and not (len(stems_of(cell)) == 1 and 1900 <= _whole(cell) <= 2100):
        named = any(_like(a, name) for a in asked)
        return stems if named else frozenset()
    return stems


def _whole(cell: str) -> int:
    return int(cell) if cell.isdecimal() and len(cell) == 4 else 0


def _of_one_column(
    found: dict[int, _Told], asked: Collection[str], names: Sequence[frozenset[str]]
) -> dict[int, _Told] | None:
    """Each word of one column alone: of the one that is named, or whose value has more words."""
    uses = Counter(s for told in found.values() for s in told.told)
    for stem_, count in uses.items():
        if count < 2:
            continue
        columns = [n for n, told in found.items() if stem_ in told.told]
        most = max(len(found[n].told) for n in columns)
        longest = [n for n in columns if len(found[n].told) == most]
        named = [n for n in columns if any(_like(a, names[n]) for a in asked)]
        kept = longest if len(longest) == 1 else named
        if len(kept) != 1:
            return None
        for n in columns:
            if n != kept[0]:
                del found[n]
    return found


# --- the column -----------------------------------------------------------------------------------


def _column(
    operation: Operation,
    question: str,
    table: Table,
    by_name: Collection[str],
    filters: Collection[int],
) -> int | None:
    """The column that is meant; None where that is not clear, or rows are counted."""
    names = [frozenset(stems_of(name)) for name in table.names]
    amounts = [n for n in range(len(names)) if n not in filters and _has_amounts(table, n)]
    if _WHEN.search(question):
        dates = [n for n in range(len(names)) if read_dates(table.column(n)) is not None]
        if len(dates) == 1:
            return dates[0]
    shared = {n: sum(_like(a, names[n]) for a in by_name) / max(1, len(names[n])) for n in amounts}
    most = max(shared.values(), default=0.0)
    if most > 0:
        best = [n for n in amounts if shared[n] == most]
        return best[0] if len(best) == 1 else None
    if operation in ("highest", "lowest") and _ABOUT_PRICE.search(question):
        prices = [n for n in amounts if _PRICE.search(table.names[n])]
        if len(prices) == 1:
            return prices[0]
    return amounts[0] if len(amounts) == 1 else None


def _has_amounts(table: Table, column: int) -> bool:
    """Whether a column has numbers that can be added or compared: no keys, no years."""
    cells = [cell for cell in table.column(column) if cell]
    numbers = sum(map(is_number, cells))
    if not cells or 2 * numbers <= len(cells) or _NO_AMOUNT.search(table.names[column]):
        return False
    keys = column == 0 and len(set(cells)) == len(cells) and all(c.isdecimal() for c in cells)
    return not keys
