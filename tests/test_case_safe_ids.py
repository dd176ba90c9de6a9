"""Ids as folder names."""

from hypothesis import given
from hypothesis import strategies as st

from lodgepole.case_safe_ids import folder_name, id_of

IDS = st.from_regex(r"[A-Za-z0-9_-]{1,128}", fullmatch=True)


def test_an_id_without_capitals_is_its_own_name():
    assert folder_name("report-2024_x") == "report-2024_x"


@given(IDS, IDS)
def test_names_differ_where_ids_do_even_without_regard_to_case(one, other):
    assert (folder_name(one).casefold() == folder_name(other).casefold()) == (one == other)
    assert folder_name(one) == folder_name(one).lower()
    assert len(folder_name(one)) <= 161


@given(IDS)
def test_the_id_can_be_read_off_the_name(id_):
    assert id_of(folder_name(id_)) == id_


def test_names_of_no_id_are_told():
    assert id_of("ab.zz") is None
    assert id_of("ab.0") is None
    assert id_of("Ab.1") is None
