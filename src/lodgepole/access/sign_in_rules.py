"""Rules that decide by the claims of an identity token who may sign in, and as what.

The first rule that fits decides. Whom no rule fits is refused.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from lodgepole.access.api_keys import DEFAULT_PROJECT, NAME_CHARS
from lodgepole.access.grants import check_grant
from lodgepole.errors import InvalidRequest
from lodgepole.limits import Limits
from lodgepole.model import Grant, Role

ANYBODY = "*"
"""The value of a rule that every value of its claim fits."""
RULES = 200
VALUES = 500  # of one claim; providers leave groups out of a token before there are more
VALUE_CHARS = 256
PROJECT_CHARS = 64  # that databases have room for
SUBJECT_CHARS = 255  # of OpenID Connect Core, 2
PERSON_PREFIX = "user_"
PERSON_CHARS = 24  # of a hash, in hex
VERIFIED = "email_verified"
Claims = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInRule:
    """Those of whom `claim` has `value` have this role.

    Attributes:
        claim: Its name; dots lead into claims that hold others, such as `realm_access.roles`.
        value: One of its values, or `*` for any.
        role: Within the project.
        project: Which project they see.
        grant: What they see of it; None is all.
    """

    claim: str
    value: str
    role: Role
    project: str = DEFAULT_PROJECT
    grant: Grant | None = None

    def fits(self, claims: Claims) -> bool:
        values = claims.get(self.claim, ())
        return bool(values) if self.value == ANYBODY else self.value in values


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody whom an identity provider knows.

    Attributes:
        id: Stays the same with every sign-in; made of issuer and subject.
        name: For people to read: the address, else the name, that is claimed.
        claims: Those that rules speak of.
    """

    id: str
    name: str
    claims: Claims


def check_rules(rules: Sequence[SignInRule], limits: Limits) -> None:
    """Raises InvalidRequest where a rule could not be meant."""
    if len(rules) > RULES:
        raise InvalidRequest(f"There are {len(rules)} rules for sign-in; {RULES} are allowed")
    for number, rule in enumerate(rules, 1):
        if not rule.claim or not rule.value:
            raise InvalidRequest(f"Rule {number} for sign-in has no claim or no value")
        if not 1 <= len(rule.project) <= PROJECT_CHARS:
            raise InvalidRequest(
                f"Rule {number} for sign-in: a project has 1 to {PROJECT_CHARS} characters"
            )
        if rule.grant is not None:
            try:
                check_grant(rule.grant, rule.role, limits)
            except InvalidRequest as error:
                raise InvalidRequest(f"Rule {number} for sign-in: {error}") from None


def rule_for(rules: Sequence[SignInRule], claims: Claims) -> SignInRule | None:
    """The first one that fits; None refuses."""
    return next((rule for rule in rules if rule.fits(claims)), None)


def person_of(issuer: str, token: Mapping[str, Any], rules: Sequence[SignInRule]) -> Person | None:
    """Who a checked token is about; None where it does not say."""
    subject = token.get("sub")
    if not isinstance(subject, str) or not 1 <= len(subject) <= SUBJECT_CHARS:
        return None
    found = hashlib.sha256(f"{issuer}\n{subject}".encode()).hexdigest()
    wanted = dict.fromkeys(rule.claim for rule in rules)
    return Person(
        id=PERSON_PREFIX + found[:PERSON_CHARS],
        name=_name(token) or subject[:NAME_CHARS],
        claims={name: _values(token, name) for name in wanted},
    )


def _name(token: Mapping[str, Any]) -> str:
    verified = token.get("email") if _has_verified_address(token) else None
    for value in (verified, token.get("preferred_username"), token.get("name")):
        if isinstance(value, str) and value.strip():
            return "".join(sign if sign.isprintable() else " " for sign in value)[:NAME_CHARS]
    return ""


def _has_verified_address(token: Mapping[str, Any]) -> bool:
    """Whether the provider vouches for the address; elsewhere people write there what they like."""
    return token.get(VERIFIED) in (True, "true")


def _values(token: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """The values of a claim as text; an address that nobody has verified is none."""
    if name == "email" and not _has_verified_address(token):
        return ()
    found: object = token.get(name)
    if found is None:  # a name may have dots of its own, as addresses of claims have
        found = token
        for part in name.split("."):
            found = (
                cast("Mapping[str, object]", found).get(part)
                if isinstance(found, Mapping)
                else None
            )
    values = cast("Sequence[object]", found) if isinstance(found, list | tuple) else (found,)
    texts = (_text(value) for value in values[:VALUES])
    return tuple(text for text in texts if 0 < len(text) <= VALUE_CHARS)


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, str | int) else ""
