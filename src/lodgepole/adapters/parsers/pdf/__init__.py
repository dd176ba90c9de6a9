"""PDF: pdfium's text, given lines, paragraphs, headings, tables, columns and running lines.

Words are pdfium's own, in its order; they are moved only where two columns of prose were drawn
row by row, and changed only where a line end split a word or a ligature stood for its letters.
"""

from lodgepole.adapters.parsers.pdf.parser import parse

__all__ = ["parse"]
