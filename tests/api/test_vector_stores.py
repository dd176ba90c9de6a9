"""Names and filters of vector stores, without HTTP."""

import pytest

from lodgepole.api.vector_stores import (
    METADATA_PAIRS,
    assistant_name,
    counts,
    name_like,
    read_filter,
    store_metadata,
)
from lodgepole.errors import InvalidRequest
from lodgepole.library.assistants import NAME_PATTERN
from lodgepole.limits import Limits
from lodgepole.model import FileStatus


@pytest.mark.parametrize(
    "wanted", ["a", "Q3 report!", "-", "x" * 500, "日本語", "a--b", "--a b--", " ", "a-" * 40]
)
@pytest.mark.parametrize("suffix", ["", "1a2b3c4d"])
def test_every_name_becomes_one_that_an_assistant_may_have(wanted, suffix):
    name = name_like(wanted, suffix)
    assert NAME_PATTERN.fullmatch(name)
    assert name.endswith(suffix)


def test_a_name_that_may_be_stays():
    assert name_like("Handbook-2024", "") == "Handbook-2024"
    assert assistant_name("vs_Handbook-2024") == assistant_name("Handbook-2024") == "Handbook-2024"


def test_what_an_assistant_cannot_be_called_is_in_its_metadata():
    assert store_metadata("a", "a", None, {"k": "v"}) == {"k": "v"}
    assert store_metadata("a-b", "a b", "why", None) == {
        "vector_store_name": "a b",
        "vector_store_description": "why",
    }
    assert store_metadata("a", "a", None, {"vector_store_name": "forged"}) == {}
    with pytest.raises(InvalidRequest):
        store_metadata("a", "a", None, {str(n): "" for n in range(METADATA_PAIRS + 1)})


def test_filters_are_those_of_the_filter_language():
    assert read_filter(None, Limits()) is None
    found = read_filter(
        {
            "type": "and",
            "filters": [
                {"type": "gte", "key": "year", "value": 2020},
                {"type": "nin", "key": "kind", "value": ["draft"]},
            ],
        },
        Limits(),
    )
    assert found is not None
    assert found.matches({"year": 2021})
    assert not found.matches({"year": 2021, "kind": "draft"})
    assert not found.matches({"year": 2019})


def test_counts_add_up():
    counted = counts({FileStatus.AVAILABLE: 2, FileStatus.DELETING: 1}, missing=3)
    assert (counted.completed, counted.cancelled, counted.total) == (2, 4, 6)
