"""Word documents: the parts' XML, walked in document order.

Element names are compared without their namespace, so that transitional and strict files read
alike. Page numbers come from the breaks Word rendered when it last saved the file; the numbers of
headings and list items are computed as Word computes them.
"""

from lodgepole.adapters.parsers.docx.parser import parse

__all__ = ["parse"]
