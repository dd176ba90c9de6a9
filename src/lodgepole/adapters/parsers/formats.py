"""Registry of formats: which parser reads files of which kind."""

from collections.abc import Callable

from lodgepole.adapters.parsers import csv, json, text
from lodgepole.model import Document, FileKind

FormatParser = Callable[..., Document]
"""Takes path, name and limits; PDF also what its keyword arguments say."""


def format_parser(kind: FileKind) -> FormatParser:
    """Return the function that reads files of this kind.

    Libraries are imported with the first file that needs them: a child that reads text is there in
    an eighth of a second, and one that has pdfium in three times that.
    """
    # ruff: noqa: PLC0415
    match kind:
        case FileKind.TEXT:
            return text.parse
        case FileKind.JSON:
            return json.parse
        case FileKind.JSON_LINES:
            return json.parse_lines
        case FileKind.CSV:
            return csv.parse
        case FileKind.PDF:
            from lodgepole.adapters.parsers import pdf

            return pdf.parse
        case FileKind.MARKDOWN:
            from lodgepole.adapters.parsers import markdown

            return markdown.parse
        case FileKind.HTML | FileKind.EPUB | FileKind.EML:
            from lodgepole.adapters.parsers import eml, epub, html

            of_html = {FileKind.HTML: html, FileKind.EPUB: epub, FileKind.EML: eml}
            return of_html[kind].parse
        case FileKind.DOCX | FileKind.PPTX | FileKind.XLSX:
            from lodgepole.adapters.parsers import docx, pptx, xlsx

            of_office = {FileKind.DOCX: docx, FileKind.PPTX: pptx, FileKind.XLSX: xlsx}
            return of_office[kind].parse
