"""Workbooks: each sheet under its name, each row a record or a line; formulas by their results."""

from lodgepole.adapters.parsers.xlsx.parser import parse

__all__ = ["parse"]
