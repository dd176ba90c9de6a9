"""What may be uploaded: kinds, sizes and metadata."""

import pytest
from tests.wire.requirements import requirement

from lodgepole.errors import InvalidRequest
from lodgepole.library.uploads import (
    KINDS,
    check_metadata,
    check_upload,
    file_kind,
    size_limit,
)
from lodgepole.limits import Limits
from lodgepole.model import FileKind


@pytest.mark.parametrize(("name", "kind"), [("x.y.PDF", "pdf"), ("a.md", "markdown")])
@requirement("file.kind")
def test_the_ending_decides_the_kind(name, kind):
    assert file_kind(name) == kind


@pytest.mark.parametrize("name", ["pdf", "a.exe", ".pdf", "a.pdf.zip", "a."])
def test_an_ending_that_cannot_be_read_is_refused_with_those_that_can(name):
    with pytest.raises(InvalidRequest) as refused:
        file_kind(name)
    assert all(ending in str(refused.value) for ending in KINDS)


def test_sizes_are_limited_by_kind():
    limits = Limits(file_bytes=1, pdf_bytes=2, multimodal_pdf_bytes=3)
    assert size_limit(FileKind.TEXT, multimodal=False, limits=limits) == 1
    assert size_limit(FileKind.PDF, multimodal=False, limits=limits) == 2
    assert size_limit(FileKind.PDF, multimodal=True, limits=limits) == 3


@pytest.mark.parametrize(
    "metadata",
    [{"a": "x", "b": 1, "c": 1.5, "d": True, "e": ["x", "y"], "f": []}, {"é": "ü"}],
)
def test_flat_metadata_is_accepted_as_it_is(metadata):
    assert check_metadata(metadata, Limits()) == metadata


def test_no_metadata_is_none():
    assert check_metadata(None, Limits()) is None
    assert check_metadata({}, Limits()) is None


@pytest.mark.parametrize(
    "metadata",
    [
        [],
        "x",
        {"$a": 1},
        {"": 1},
        {"a": None},
        {"a": {}},
        {"a": [1]},
        {"a": ["x", None]},
        {"a": float("inf")},
        {"a": 2**64},
    ],
)
@requirement("file.metadata-flat")
def test_other_metadata_is_refused(metadata):
    with pytest.raises(InvalidRequest, match="Metadata"):
        check_metadata(metadata, Limits())


@requirement("file.metadata-flat")
def test_metadata_over_its_size_is_refused_in_the_words_of_the_api():
    with pytest.raises(InvalidRequest) as refused:
        check_metadata({"a": "x" * 16_384}, Limits())
    assert str(refused.value) == "Metadata exceeds maximum length of 16384 bytes"


@pytest.mark.parametrize(
    "name", ["Screenshot\u202f10.00.txt", "a\u00a0b.txt", "表\u3000題.txt", "👩\u200d🔬.txt"]
)
def test_names_may_hold_the_spaces_and_joiners_that_systems_put_there(name: str):
    check_upload(name, None, multimodal=False, limits=Limits())


@pytest.mark.parametrize("name", ["a\n.txt", "a\0.txt", "\x7f.txt", "a\x85.txt", "a\u2028b.txt"])
def test_names_hold_no_control_characters(name: str):
    with pytest.raises(InvalidRequest, match="control"):
        check_upload(name, None, multimodal=False, limits=Limits())
