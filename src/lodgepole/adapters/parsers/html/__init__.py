"""HTML, which books (EPUB) and letters (EML) hold too."""

from lodgepole.adapters.parsers.html.parser import parse

__all__ = ["parse"]
