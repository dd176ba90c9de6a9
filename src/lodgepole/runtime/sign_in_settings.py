"""Settings of the operator for people who sign in with an identity provider."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, cast
from urllib.parse import urlsplit

from pydantic import BeforeValidator, SecretStr
from pydantic_settings import BaseSettings, NoDecode

from lodgepole.errors import InvalidRequest
from lodgepole.runtime.retrieval_settings import expand

LOOPBACK = re.compile(r"localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|::1")


def _words(value: object) -> object:
    """Words with spaces or commas between, or a list of them. Raises TypeError."""
    words = re.split(r"[\s,]", value) if isinstance(value, str) else value
    if not isinstance(words, list | tuple):
        raise TypeError("must be text")
    return tuple(str(word) for word in cast("Sequence[object]", words) if word)


@dataclass(frozen=True, slots=True, kw_only=True)
class OidcRule:
    """Whom it lets in, and what they may do; the first rule that fits somebody decides."""

    value: str
    """What the claim must say, or hold among others, such as a group's name; `*` is anything."""
    claim: str | None = None
    """Which claim of the identity token; `oidc_groups_claim` when left out."""
    role: Literal["reader", "editor", "admin"] = "reader"
    """A `reader` asks and reads, an `editor` also uploads and deletes files, an `admin` may do
    all."""
    project: str = "default"
    """The project that they see."""
    assistants: tuple[str, ...] | None = None
    """They see these assistants alone; not for an `admin`."""
    filter: Mapping[str, Any] | None = None
    """They see files that match alone, such as `{team = "legal"}`; not for an `admin`."""


class SignInSettings(BaseSettings):
    """What is set about sign-in; `Settings` is all of it."""

    oidc_issuer: str | None = None
    """Address of the identity provider that people sign in to the console with, as it names itself,
    e.g. `https://login.example.com/realms/main`. Without it only API keys are taken."""
    oidc_client_id: str | None = None
    """What the identity provider knows this server as."""
    oidc_client_secret: SecretStr | None = None
    """Its secret there; a public client has none."""
    oidc_client_secret_file: Annotated[Path, BeforeValidator(expand)] | None = None
    """The same, in a file."""
    oidc_scopes: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_words)] = (
        "openid",
        "profile",
        "email",
    )
    """What the identity provider is asked for, with spaces between."""
    oidc_groups_claim: str = "groups"
    """The claim of the identity token that rules are about where they name none; dots lead into
    claims that hold others, e.g. `realm_access.roles`."""
    oidc_rules: tuple[OidcRule, ...] = ()
    """Who may come in, in order; whom no rule fits is refused."""
    oidc_name: str = "single sign-on"
    """What the console calls it: “Sign in with …”."""

    def check_sign_in(self) -> None:
        """Refuse what nobody could sign in with, or anybody. Raises InvalidRequest."""
        if self.oidc_issuer is None:
            return
        try:
            parts = urlsplit(self.oidc_issuer)
            host = parts.hostname or ""
        except ValueError:
            raise InvalidRequest("LODGEPOLE_OIDC_ISSUER is no address.") from None
        if not host or parts.query or parts.fragment or "@" in parts.netloc:
            raise InvalidRequest(
                "LODGEPOLE_OIDC_ISSUER must be an address like https://login.example.com."
            )
        if parts.scheme != "https" and not (parts.scheme == "http" and LOOPBACK.fullmatch(host)):
            raise InvalidRequest(
                "LODGEPOLE_OIDC_ISSUER must begin with https://, but on this machine: whoever "
                "listens in between could sign in as anybody."
            )
        if not self.oidc_client_id:
            raise InvalidRequest(
                "LODGEPOLE_OIDC_ISSUER is set and LODGEPOLE_OIDC_CLIENT_ID is not."
            )
        if not self.oidc_rules:
            raise InvalidRequest(
                "LODGEPOLE_OIDC_ISSUER is set and no rule lets anybody in: set "
                'LODGEPOLE_OIDC_RULES, such as [{"value": "lodgepole-admins", "role": "admin"}].'
            )

    @property
    def oidc_secret(self) -> str | None:
        """The client's secret. Raises InvalidRequest where its file cannot be read."""
        if self.oidc_client_secret is not None:
            return self.oidc_client_secret.get_secret_value().strip() or None
        if self.oidc_client_secret_file is None:
            return None
        try:
            return self.oidc_client_secret_file.read_text().strip() or None
        except (OSError, UnicodeDecodeError) as error:
            raise InvalidRequest(
                f"LODGEPOLE_OIDC_CLIENT_SECRET_FILE cannot be read: {error}"
            ) from None
