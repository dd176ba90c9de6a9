"""Part of the wiring: people who sign in with an identity provider."""

from contextlib import AsyncExitStack

from lodgepole.access.audit import AuditLog
from lodgepole.access.sessions import Sessions
from lodgepole.access.sign_in import SignIn
from lodgepole.access.sign_in_rules import SignInRule, check_rules
from lodgepole.adapters.identity_providers.openid_connect import Client, OpenIdConnect
from lodgepole.model import Grant, Role
from lodgepole.ports.clock import Clock
from lodgepole.ports.records import Records
from lodgepole.runtime.settings import Settings
from lodgepole.runtime.sign_in_settings import OidcRule
from lodgepole.runtime.storage import Stores

ROLES = {"reader": Role.DATA_READ, "editor": Role.DATA_WRITE, "admin": Role.ALL}
"""The words that people are given roles by."""


def sign_in_rules(settings: Settings) -> tuple[SignInRule, ...]:
    """Who may come in. Raises InvalidRequest where a rule could not be meant."""
    rules = tuple(_rule(given, settings.oidc_groups_claim) for given in settings.oidc_rules)
    check_rules(rules, settings.limits)
    return rules


def open_sessions(
    settings: Settings, records: Records, clock: Clock, audit: AuditLog | None = None
) -> Sessions:
    """The sessions of people, also of those who cannot sign in any more."""
    issuer = settings.oidc_issuer
    return Sessions(
        records=records,
        clock=clock,
        limits=settings.limits,
        issuer=None if issuer is None else issuer.rstrip("/"),
        rules=sign_in_rules(settings),
        audit=audit,
    )


def open_sign_in(
    settings: Settings, stores: Stores, sessions: Sessions, stack: AsyncExitStack
) -> SignIn | None:
    """What people sign in with, closed with `stack`; None where only keys are taken.

    Raises:
        InvalidRequest: A setting cannot be used; the message says which and why.
    """
    settings.check_sign_in()
    if settings.oidc_issuer is None or settings.oidc_client_id is None:
        return None
    client = Client(
        id=settings.oidc_client_id, secret=settings.oidc_secret, scopes=settings.oidc_scopes
    )
    provider = OpenIdConnect(settings.oidc_issuer, client, stores.clock)
    stack.push_async_callback(provider.close)
    return SignIn(
        provider,
        sessions,
        rules=sign_in_rules(settings),
        records=stores.records,
        clock=stores.clock,
        secret=stores.signing_secret,
        name=settings.oidc_name,
    )


def _rule(given: OidcRule, groups_claim: str) -> SignInRule:
    grant = None
    if given.assistants is not None or given.filter is not None:
        names = None if given.assistants is None else frozenset(given.assistants)
        grant = Grant(assistants=names, filter=given.filter)
    return SignInRule(
        claim=given.claim or groups_claim,
        value=given.value,
        role=ROLES[given.role],
        project=given.project,
        grant=grant,
    )
