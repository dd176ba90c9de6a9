"""The filter language, operator by operator and as a whole."""

import asyncio
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.wire.requirements import requirement

from lodgepole.errors import InvalidRequest
from lodgepole.limits import Limits
from lodgepole.metadata_filter import parse_filter, select

FILE = {
    "genre": "news",
    "year": 2024,
    "score": 0.5,
    "public": True,
    "tags": ["red", "green"],
    "none": [],
}


def matches(raw, metadata=FILE):
    return parse_filter(raw).matches(metadata)


@pytest.mark.parametrize(
    "raw",
    [
        {},
        {"genre": "news"},
        {"genre": {"$eq": "news"}},
        {"year": 2024.0},
        {"public": True},
        {"genre": "news", "year": 2024},
        {"genre": {"$ne": "fiction"}},
        {"genre": {"$in": ["x", "news"]}},
        {"genre": {"$nin": ["x"]}},
        {"genre": {"$nin": []}},
        {"year": {"$gt": 2023, "$lte": 2024}},
        {"score": {"$gte": 0.5, "$lt": 1}},
        {"tags": "red"},
        {"tags": {"$in": ["blue", "green"]}},
        {"tags": {"$ne": "blue"}},
        {"tags": {"$exists": True}},
        {"missing": {"$exists": False}},
        {"missing": {"$ne": "x"}},
        {"missing": {"$nin": ["x"]}},
        {"$and": [{"genre": "news"}, {"year": 2024}]},
        {"$or": [{"genre": "x"}, {"year": 2024}]},
        {"genre": {"$not": {"$eq": "x"}}},
        {"missing": {"$not": {"$eq": "x"}}},
        {"tags": {"$not": {"$in": ["blue"]}}},
        {"year": {"$not": {"$gt": 2024}, "$gte": 2024}},
        {"year": {"$not": {"$not": {"$eq": 2024}}}},
        {"missing": {"$not": {"$exists": True}}},
        {"$not": {"genre": "x"}},
        {"$not": {"$not": {"genre": "news"}}},
        {"$or": [{"year": 1}, {"$and": [{"tags": "red"}, {"$not": {"public": False}}]}]},
    ],
)
@requirement("filter.operators", "filter.lists", "filter.missing-key")
def test_filters_that_select_the_file(raw):
    assert matches(raw)


@pytest.mark.parametrize(
    "raw",
    [
        {"genre": "News"},
        {"year": "2024"},
        {"year": True},
        {"public": 1},
        {"public": "true"},
        {"genre": "news", "year": 1},
        {"genre": {"$ne": "news"}},
        {"genre": {"$in": []}},
        {"genre": {"$gt": 1}},
        {"public": {"$gte": 0}},
        {"year": {"$gt": 2024}},
        {"year": {"$gt": 2000, "$lt": 2010}},
        {"tags": {"$ne": "red"}},
        {"tags": {"$nin": ["x", "red"]}},
        {"tags": "re"},
        {"none": "x"},
        {"none": {"$gt": 0}},
        {"missing": "x"},
        {"missing": {"$gt": 0}},
        {"missing": {"$in": ["x"]}},
        {"missing": {"$exists": True}},
        {"genre": {"$exists": False}},
        {"genre": {"$not": {"$eq": "news"}}},
        {"tags": {"$not": {"$eq": "red"}}},
        {"year": {"$not": {"$gt": 2000, "$lt": 2100}}},
        {"$not": {}},
        {"$and": [{"genre": "news"}, {"year": 1}]},
        {"$or": [{"genre": "x"}, {"year": 1}]},
    ],
)
@requirement("filter.operators", "filter.lists")
def test_filters_that_do_not_select_the_file(raw):
    assert not matches(raw)


def test_a_file_without_metadata_lacks_every_field():
    assert matches({}, None)
    assert matches({"a": {"$ne": 1}}, None)
    assert not matches({"a": 1}, None)


@pytest.mark.parametrize(
    ("raw", "where", "what"),
    [
        (None, "$", "got null"),
        ([], "$", "an empty list"),
        ("x", "$", "a string"),
        ({"genre": ["a"]}, "$.genre", "a list"),
        ({"genre": None}, "$.genre", "null"),
        ({"genre": {}}, "$.genre", "empty object"),
        ({"genre": {"$eq": ["a"]}}, "$.genre.$eq", "a list"),
        ({"genre": {"$ne": {}}}, "$.genre.$ne", "an object"),
        ({"genre": {"a": 1}}, "$.genre.a", "unknown operator `a`"),
        ({"genre": {"$regex": "x"}}, "$.genre.$regex", "$exists"),
        ({"year": {"$gt": "2"}}, "$.year.$gt", "expected a number"),
        ({"year": {"$lt": True}}, "$.year.$lt", "a boolean"),
        ({"year": {"$gte": float("nan")}}, "$.year.$gte", "expected a number"),
        ({"year": {"$in": 1}}, "$.year.$in", "expected a list"),
        ({"year": {"$in": [1, [2]]}}, "$.year.$in[1]", "a list"),
        ({"year": {"$exists": 1}}, "$.year.$exists", "true or false"),
        ({"$and": {}}, "$.$and", "a list"),
        ({"$or": []}, "$.$or", "at least one"),
        ({"$or": [{"a": 1}, 2]}, "$.$or[1]", "a number"),
        ({"$not": []}, "$.$not", "expected an object"),
        ({"$nor": []}, "$.$nor", "unknown operator `$nor`"),
        ({"$eq": 1}, "$.$eq", "inside a field"),
        ({"$and": [{"a": {"$in": "x"}}]}, "$.$and[0].a.$in", "a list"),
    ],
)
@requirement("filter.refused")
def test_what_is_no_filter_is_refused_with_its_place(raw, where, what):
    with pytest.raises(InvalidRequest) as refused:
        parse_filter(raw)
    assert f"`{where}`" in str(refused.value)
    assert what in str(refused.value)


@requirement("filter.limits")
def test_nesting_conditions_and_values_are_limited():
    limits = Limits(filter_depth=4, filter_nodes=10, filter_values=3)
    deep = {"a": 1}
    for _ in range(3):
        deep = {"$not": deep}
    parse_filter(deep, limits)
    with pytest.raises(InvalidRequest, match="deeper than 4"):
        parse_filter({"$not": deep}, limits)
    parse_filter({"a": {"$in": [1, 2, 3]}}, limits)
    with pytest.raises(InvalidRequest, match="4 values; at most 3"):
        parse_filter({"a": {"$in": [1, 2, 3, 4]}}, limits)
    with pytest.raises(InvalidRequest, match="more than 10 conditions"):
        parse_filter({str(n): n for n in range(11)}, limits)


def test_nesting_far_beyond_the_limit_is_refused_and_does_not_exhaust_the_stack():
    raw: dict = {}
    for _ in range(100_000):
        raw = {"$and": [raw]}
    with pytest.raises(InvalidRequest, match="deeper"):
        parse_filter(raw)
    while raw:  # taken apart by hand: freeing it as a whole would recurse
        raw = raw["$and"][0]


scalars = st.one_of(
    st.booleans(),
    st.integers(-3, 3),
    st.sampled_from([0.5, 1.0, -2.0]),
    st.sampled_from(["a", "b", "1", "true"]),
)
names = st.sampled_from(["x", "y", "z"])
metadata = st.dictionaries(
    names, st.one_of(scalars, st.lists(st.sampled_from(["a", "b", "1"]), max_size=3))
)
comparisons = st.one_of(
    st.tuples(st.sampled_from(["$eq", "$ne"]), scalars),
    st.tuples(st.sampled_from(["$in", "$nin"]), st.lists(scalars, max_size=4)),
    st.tuples(st.sampled_from(["$gt", "$gte", "$lt", "$lte"]), st.integers(-3, 3)),
    st.tuples(st.just("$exists"), st.booleans()),
).map(lambda pair: {pair[0]: pair[1]})
filters = st.recursive(
    st.dictionaries(names, comparisons, max_size=2),
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: {"$and": parts}),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: {"$or": parts}),
        inner.map(lambda part: {"$not": part}),
    ),
    max_leaves=8,
)


@given(filters, metadata)
def test_not_is_the_opposite(raw, file):
    assert matches({"$not": raw}, file) is not matches(raw, file)


@pytest.mark.slow
@given(st.lists(filters, min_size=1, max_size=3), metadata)
def test_and_and_or_are_all_and_any(raws, file):
    each = [matches(raw, file) for raw in raws]
    assert matches({"$and": raws}, file) is all(each)
    assert matches({"$or": raws}, file) is any(each)


@given(names, scalars, metadata)
def test_ne_is_the_opposite_of_eq_and_a_bare_value_is_eq(name, value, file):
    equal = matches({name: {"$eq": value}}, file)
    assert matches({name: value}, file) is equal
    assert matches({name: {"$ne": value}}, file) is not equal


@given(names, st.lists(scalars, max_size=4), metadata)
def test_in_is_any_of_its_values_and_nin_the_opposite(name, values, file):
    inside = any(matches({name: value}, file) for value in values)
    assert matches({name: {"$in": values}}, file) is inside
    assert matches({name: {"$nin": values}}, file) is not inside


@pytest.mark.slow
@given(st.recursive(st.none() | scalars, lambda x: st.lists(x) | st.dictionaries(names, x)))
def test_any_json_is_parsed_or_refused(raw):
    try:
        parse_filter(raw).matches(FILE)
    except InvalidRequest as refused:
        assert str(refused).startswith("Invalid filter at `$")


async def test_the_most_expensive_filter_lets_others_have_their_turn(monkeypatch):
    monkeypatch.setattr("lodgepole.metadata_filter.TURN_SECONDS", 0.0)  # after each file
    conditions = [{"tags": {"$eq": f"x{i}"}} for i in range(1200)]
    conditions += [{"year": {"$gt": 1e9 + i}} for i in range(1200)]
    filter = parse_filter({"$or": conditions})
    files = [{"tags": [f"v{i}" for i in range(2000)], "year": 2024}] * 30
    turns = 0

    async def others():
        nonlocal turns
        while True:
            await asyncio.sleep(0)
            turns += 1

    task = asyncio.create_task(others())
    begun = time.perf_counter()
    assert await select(files, filter.matches) == []
    took = time.perf_counter() - begun
    task.cancel()
    assert turns >= len(files) - 1
    assert took < 5  # each condition on each element of the list took minutes
