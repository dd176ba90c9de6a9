"""Letters (EML): who wrote to whom and when, what, and what is attached."""

from lodgepole.adapters.parsers.eml.parser import parse

__all__ = ["parse"]
