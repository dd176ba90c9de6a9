"""Every kind of file has its parser."""

import pytest

from lodgepole.adapters.parsers.formats import format_parser
from lodgepole.model import FileKind


@pytest.mark.parametrize("kind", FileKind)
def test_every_kind_has_a_parser_of_its_format(kind: FileKind):
    module = format_parser(kind).__module__
    assert module.startswith("lodgepole.adapters.parsers.")


def test_kinds_of_one_format_are_told_apart():
    assert format_parser(FileKind.JSON) is not format_parser(FileKind.JSON_LINES)
    assert format_parser(FileKind.HTML) is not format_parser(FileKind.EPUB)
