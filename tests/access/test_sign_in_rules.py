"""Who comes in by which rule, and as whom."""

import pytest

from lodgepole.access.sign_in_rules import (
    VALUE_CHARS,
    VALUES,
    SignInRule,
    check_rules,
    person_of,
    rule_for,
)
from lodgepole.errors import InvalidRequest
from lodgepole.limits import Limits
from lodgepole.model import Grant, Role

ADMINS = SignInRule(claim="groups", value="admins", role=Role.ALL)
READERS = SignInRule(claim="groups", value="readers", role=Role.DATA_READ)
COMPANY = SignInRule(claim="hd", value="example.com", role=Role.DATA_READ)
ANYBODY = SignInRule(claim="sub", value="*", role=Role.DATA_READ, project="visitors")
ISSUER = "https://login.example.com"


def claims_of(token, *rules):
    person = person_of(ISSUER, {"sub": "1", **token}, rules)
    assert person is not None
    return person.claims


def test_the_first_rule_that_fits_decides():
    both = {"groups": ("readers", "admins")}
    assert rule_for((ADMINS, READERS), both) is ADMINS
    assert rule_for((READERS, ADMINS), both) is READERS
    assert rule_for((ADMINS, ANYBODY), {"groups": ("x",), "sub": ("1",)}) is ANYBODY


@pytest.mark.parametrize("claims", [{}, {"groups": ()}, {"groups": ("Admins",)}, {"hd": ("evil",)}])
def test_whom_no_rule_fits_is_refused(claims):
    assert rule_for((ADMINS, COMPANY), claims) is None


def test_anything_is_something():
    rule = SignInRule(claim="groups", value="*", role=Role.DATA_READ)
    assert rule_for((rule,), {"groups": ()}) is None
    assert rule_for((rule,), {"groups": ("any",)}) is rule


@pytest.mark.parametrize(
    ("token", "values"),
    [
        ({"groups": ["a", "b"]}, ("a", "b")),
        ({"groups": "a"}, ("a",)),
        ({"groups": ["a", 7, True, None, {"b": 1}, ["c"], "", 1.5]}, ("a", "7", "true")),
        ({"groups": None}, ()),
        ({"groups": {"a": 1}}, ()),
        ({"groups": ["x" * (VALUE_CHARS + 1), "y" * VALUE_CHARS]}, ("y" * VALUE_CHARS,)),
        ({}, ()),
    ],
)
def test_values_of_a_claim(token, values):
    assert claims_of(token, ADMINS)["groups"] == values


def test_many_values_are_cut():
    groups = [f"g{number}" for number in range(VALUES + 100)]
    assert len(claims_of({"groups": groups}, ADMINS)["groups"]) == VALUES


def test_dots_lead_into_claims_unless_the_name_has_them():
    rule = SignInRule(claim="realm_access.roles", value="r", role=Role.DATA_READ)
    named = SignInRule(claim="https://example.com/roles", value="r", role=Role.DATA_READ)
    token = {"realm_access": {"roles": ["r"]}, "https://example.com/roles": ["s"]}
    assert claims_of(token, rule, named) == {
        "realm_access.roles": ("r",),
        "https://example.com/roles": ("s",),
    }
    assert claims_of({"realm_access": ["roles"]}, rule) == {"realm_access.roles": ()}


@pytest.mark.parametrize(("verified", "values"), [(True, ("a@b.c",)), (None, ()), (False, ())])
def test_an_address_counts_once_somebody_has_verified_it(verified, values):
    rule = SignInRule(claim="email", value="a@b.c", role=Role.DATA_READ)
    token = {"email": "a@b.c", "email_verified": verified, "preferred_username": "anna"}
    assert claims_of(token, rule)["email"] == values
    person = person_of(ISSUER, {"sub": "1", **token}, [rule])
    assert person.name == ("a@b.c" if verified else "anna")


def test_only_claims_that_rules_speak_of_are_kept():
    assert claims_of({"groups": ["a"], "salary": "9"}, ADMINS) == {"groups": ("a",)}


def test_a_person_is_the_same_at_every_sign_in_and_another_one_elsewhere():
    def id_of(issuer, token):
        return person_of(issuer, token, [ADMINS]).id

    one = id_of(ISSUER, {"sub": "1", "name": "Anna"})
    assert one == id_of(ISSUER, {"sub": "1", "name": "Anna Berg", "groups": ["x"]})
    assert one != id_of(ISSUER, {"sub": "2", "name": "Anna"})
    assert one != id_of("https://other.example.com", {"sub": "1", "name": "Anna"})


@pytest.mark.parametrize("subject", [None, "", 7, "x" * 256, ["1"]])
def test_who_has_no_subject_is_nobody(subject):
    assert person_of(ISSUER, {"sub": subject}, [ADMINS]) is None


def test_names_are_short_and_printable():
    name = person_of(ISSUER, {"sub": "1", "name": "A\x1b[2J\n" + "b" * 500}, []).name
    assert name.isprintable()
    assert len(name) == 100
    assert person_of(ISSUER, {"sub": "s" * 255}, []).name == "s" * 100


@pytest.mark.parametrize(
    "rule",
    [
        SignInRule(claim="", value="x", role=Role.DATA_READ),
        SignInRule(claim="groups", value="", role=Role.DATA_READ),
        SignInRule(claim="groups", value="x", role=Role.DATA_READ, project=""),
        SignInRule(claim="groups", value="x", role=Role.DATA_READ, project="p" * 65),
        SignInRule(claim="g", value="x", role=Role.ALL, grant=Grant(assistants=frozenset("a"))),
        SignInRule(claim="g", value="x", role=Role.DATA_READ, grant=Grant(filter={"$near": 1})),
        SignInRule(claim="g", value="x", role=Role.DATA_READ, grant=Grant(assistants=frozenset())),
    ],
)
def test_a_rule_that_cannot_be_meant_is_refused_by_its_number(rule):
    check_rules([READERS], Limits())
    with pytest.raises(InvalidRequest, match="Rule 2 "):
        check_rules([READERS, rule], Limits())


def test_rules_are_not_without_number():
    with pytest.raises(InvalidRequest, match="201"):
        check_rules([READERS] * 201, Limits())
