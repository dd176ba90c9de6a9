import pytest
from pydantic import Field, ValidationError

from lodgepole.api.schemas.wire import OMITTED, WireResponse, lacks, needs, served_to
from lodgepole.api.versions import FAMILIES


class Thing(WireResponse):
    name: str
    note: str | None = None
    more: int | None = Field(default=None, json_schema_extra=OMITTED)


class BiggerThing(Thing):
    most: int | None = Field(default=None, json_schema_extra={**needs("has_pages"), **OMITTED})


def test_what_is_not_set_is_null_or_left_out_as_its_schema_says():
    assert Thing(name="a").sent() == {"name": "a", "note": None}
    assert Thing(name="a", more=0).sent() == {"name": "a", "note": None, "more": 0}
    assert BiggerThing(name="a", most=1).sent() == {"name": "a", "note": None, "most": 1}


def test_what_is_sent_is_a_copy():
    thing = Thing(name="a")
    thing.sent()["name"] = "b"
    assert thing.name == "a"


@pytest.mark.parametrize("fields", [{"name": 1}, {"name": None}, {}, {"name": "a", "other": 1}])
def test_an_answer_of_the_wrong_shape_is_never_made(fields):
    with pytest.raises(ValidationError):
        Thing(**fields)


def test_marks_name_capabilities_that_there_are():
    oldest, newest = FAMILIES[0], FAMILIES[-1]
    assert (served_to(oldest, needs("has_pages")), served_to(newest, needs("has_pages"))) == (0, 1)
    assert (served_to(oldest, lacks("has_pages")), served_to(newest, lacks("has_pages"))) == (1, 0)
    assert served_to(oldest, {})
    with pytest.raises(AssertionError):
        needs("has_wings")
