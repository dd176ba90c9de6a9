"""Notices about pages that gave no text, or not all of it. Pure."""

from collections.abc import Iterable, Iterator, Sequence

from lodgepole.adapters.parsers.pdf.glyphs import UNREAD
from lodgepole.adapters.parsers.pdf.lines import Page
from lodgepole.documents.ocr import Recognition, code_of
from lodgepole.errors import UnreadableFile

NUMBERS = 20  # of pages in one sentence


def refuse_unread(pages: Sequence[Page], name: str, *, recognises: bool) -> None:
    """Raise UnreadableFile where no page gave any text, though they are not blank."""
    unread = [page for page in pages if not page.readable]
    late = [page for page in unread if page.wants_recognition]
    if not unread or any(page.lines and page.readable for page in pages):
        return
    if not recognises:
        raise UnreadableFile(
            f"{name!r} has no readable text on any page: it is scanned, or its fonts say "
            "nothing, and text recognition is not installed here. Install tesseract-ocr on "
            "the server, or run the file through OCR, and upload it again."
        )
    if len(late) == len(unread):
        raise UnreadableFile(
            f"{name!r} is scanned, and recognising its text took too long: split it and "
            "upload the parts."
        )
    raise UnreadableFile(
        f"{name!r} has no readable text on any page, and text recognition found none in its "
        "pictures: upload a sharper scan."
    )


def notices(pages: Sequence[Page], *, promised: int, recognises: bool) -> list[str]:
    """Sentences about pages whose text is not there as it is shown."""
    unread = [number for number, page in enumerate(pages, 1) if not page.readable]
    late = [number for number in unread if pages[number - 1].wants_recognition]
    sentences: list[str] = []
    if unread:
        sentences.append(f"{_listed(unread)} no readable text.")
        if not recognises:
            sentences.append(
                "To have scanned pages read, install tesseract-ocr on the server and upload the "
                "file again."
            )
        elif late:
            sentences.append(f"Text recognition ran out of time on {len(late):,} of them.")
    odd = [number for number, page in enumerate(pages, 1) if _unread_signs(page)]
    if odd:
        count = sum(_unread_signs(pages[number - 1]) for number in odd)
        signs = "One sign" if count == 1 else f"{count:,} signs"
        where = _listed(odd).rsplit(" ", 1)[0].replace("Page", "page", 1)
        sentences.append(
            f"{signs} on {where} could not be read, as the font does not say which: they stand "
            "as \ufffd."
        )
    if len(pages) < promised:
        sentences.append(f"The file says it has {promised:,} pages; {len(pages):,} could be found.")
    return sentences


def missing_languages(recognition: Recognition | None, languages: Iterable[str]) -> Iterator[str]:
    """A sentence for each language of a scanned file that recognition could not read."""
    known = recognition.languages if recognition is not None else ()
    for language in languages:
        code = code_of(language)
        if code is None or code in known or not known:
            continue
        package = f"tesseract-ocr-{code.replace('_', '-')}"
        yield (
            f"The file is in {language!r}, which text recognition cannot read here: install "
            f"{package} on the server and upload the file again."
        )


def _unread_signs(page: Page) -> int:
    if not page.readable or page.recognised:
        return 0
    return sum(line.text.count(UNREAD) for line in page.lines)


def _listed(numbers: Sequence[int]) -> str:
    """`Page 3 holds`, `Pages 3, 5 and 9 hold`."""
    shown = [str(number) for number in numbers[:NUMBERS]]
    if len(numbers) > len(shown):
        shown.append(f"{len(numbers) - len(shown):,} more")
    if len(shown) == 1:
        return f"Page {shown[0]} holds"
    return f"Pages {', '.join(shown[:-1])} and {shown[-1]} hold"
