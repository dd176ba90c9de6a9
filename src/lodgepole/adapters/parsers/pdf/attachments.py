"""Files attached to a PDF (portfolios): parsed where their format is supported."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import pypdfium2

from lodgepole.documents.builder import DocumentBuilder, clean_text
from lodgepole.errors import UnreadableFile
from lodgepole.limits import MIB
from lodgepole.model import BlockKind, Document

ReadAttached = Callable[[bytes, str], Document | None]
"""A file as a document by its name; None where that is no kind that is read. UnreadableFile."""
FILES = 200  # of one PDF
FILE_BYTES = 200 * MIB
NAMED = 20  # files in one notice
LEVEL_MOST = 9
_UNNAMED = "without a name"


@dataclass(frozen=True, slots=True)
class Attached:
    """A file within the PDF; its document, or why there is none, empty where it is of no kind."""

    name: str
    document: Document | None
    fault: str = ""


def attached_files(
    pdf: pypdfium2.PdfDocument, read: ReadAttached | None, progressed: Callable[[], None]
) -> Iterator[Attached]:
    """The files within a PDF, read; none is opened where `read` is None."""
    for number in range(min(pdf.count_attachments(), FILES)):
        try:
            attachment = pdf.get_attachment(number)
            name = clean_text(attachment.get_name()).strip() or _UNNAMED
        except pypdfium2.PdfiumError:
            yield Attached(_UNNAMED, None)
            continue
        yield _read(attachment, name, read) if read else Attached(name, None)
        progressed()


def _read(attachment: pypdfium2.PdfAttachment, name: str, read: ReadAttached) -> Attached:
    try:
        data = bytes(attachment.get_data())
        if len(data) > FILE_BYTES:
            return Attached(name, None, f"{name!r} is larger than {FILE_BYTES // MIB} MiB.")
        return Attached(name, read(data, name))
    except UnreadableFile as error:
        return Attached(name, None, str(error))
    except (pypdfium2.PdfiumError, MemoryError):
        return Attached(name, None, f"{name!r} cannot be taken out.")


def write_attached(files: Sequence[Attached], count: int, builder: DocumentBuilder) -> None:
    """Append what was read, each below its name, and note what was not.

    Args:
        files: Those that were looked at.
        count: How many the PDF has.
        builder: Holds the PDF's own text.
    """
    for file in files:
        if file.document is not None:
            _append(file.document, file.name, builder)
            if file.document.notice:
                builder.note(f"In the attached {file.name!r}: {file.document.notice}")
        elif file.fault:
            builder.note(f"The attached {file.name!r} is not read: {file.fault}")
    unread = [file.name for file in files if file.document is None and not file.fault]
    more = max(count - len(files), 0) + max(len(unread) - NAMED, 0)
    if unread:
        shown = ", ".join(repr(name) for name in unread[:NAMED])
        rest = f" and {more:,} more" if more else ""
        builder.note(
            f"Files within this one are not read: {shown}{rest}. Upload them by themselves."
        )
    if any(file.document for file in files):
        builder.note("The text of attached files stands after the last page.")


def _append(document: Document, name: str, builder: DocumentBuilder) -> None:
    builder.add(f"Attachment: {name}", BlockKind.HEADING, level=1)
    pages = iter(document.pages if len(document.pages) > 1 else ())
    page = next(pages, None)
    end = 0
    for block in document.blocks:
        while page is not None and page.start <= block.start:
            builder.add(f"{name}, page {page.number}", BlockKind.HEADING, level=2)
            page = next(pages, None)
        close = end and "\n\n" not in document.text[end : block.start]
        level = min(block.level + 2, LEVEL_MOST) if block.level else 0
        text, end = document.text[block.start : block.end], block.end
        gap = "\n" if close else "\n\n"
        builder.add(text, block.kind, level=level, label=block.label, gap=gap)
