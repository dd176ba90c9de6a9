"""OpenID Connect client: discovery, authorization URL, code exchange, claims.

OpenID Connect Core 1.0 and Discovery 1.0, with PKCE (RFC 7636). What it says is fetched within
limits of size and time, from its own host wherever that is, and else from public addresses alone.
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import quote_plus, urlencode, urlsplit

import orjson

from lodgepole.adapters.identity_providers.identity_tokens import CheckedToken, read_token
from lodgepole.adapters.identity_providers.provider_documents import ProviderDocuments
from lodgepole.adapters.outbound_http import GuardedClient, Networks
from lodgepole.errors import (
    InvalidRequest,
    LodgepoleError,
    PermissionDenied,
    Unauthenticated,
    Unavailable,
    UpstreamRejected,
)
from lodgepole.ports.clock import Clock
from lodgepole.ports.identity_provider import SignInRequest

SECONDS = 10.0  # for one request of ours; a person waits for it
TOKEN_BYTES = 256 * 1024  # of what a code is exchanged for; groups make tokens large
BASIC, POSTED = "client_secret_basic", "client_secret_post"


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """What the provider knows this server as; without a secret it is a public client."""

    id: str
    secret: str | None
    scopes: Sequence[str]


class OpenIdConnect:
    """`IdentityProvider` that is found by its issuer's address. Close it."""

    def __init__(self, issuer: str, client: Client, clock: Clock) -> None:
        self._issuer = issuer.rstrip("/")
        self._client = client
        self._clock = clock
        host = (urlsplit(issuer).hostname or "").lower()
        self._http = GuardedClient(Networks(), seconds=SECONDS, trusted_hosts={host})
        self._documents = ProviderDocuments(issuer, self._http, clock)

    @property
    def issuer(self) -> str:
        return self._issuer

    async def close(self) -> None:
        await self._http.close()

    async def authorization_url(self, asked: SignInRequest) -> str:
        found = await self._documents.addresses()
        challenge = hashlib.sha256(asked.verifier.encode()).digest()
        query = urlencode(
            {
                "response_type": "code",
                "client_id": self._client.id,
                "redirect_uri": asked.redirect_uri,
                "scope": " ".join(dict.fromkeys(("openid", *self._client.scopes))),
                "state": asked.state,
                "nonce": asked.nonce,
                "code_challenge": base64.urlsafe_b64encode(challenge).rstrip(b"=").decode(),
                "code_challenge_method": "S256",
            }
        )
        joint = "&" if urlsplit(found.authorization).query else "?"
        return f"{found.authorization}{joint}{query}"

    async def claims(self, code: str, asked: SignInRequest) -> Mapping[str, Any]:
        token = await self._exchanged(code, asked)
        found = await self._documents.addresses()
        header = read_token(token)
        expected = CheckedToken(issuer=found.issuer, audience=self._client.id)
        claims = expected.claims(
            token,
            await self._documents.key(header.key_id, header.algorithm),
            at=self._clock.now(),
        )
        nonce = claims.get("nonce")
        if not isinstance(nonce, str) or not hmac.compare_digest(
            nonce.encode(), asked.nonce.encode()
        ):
            raise Unauthenticated("The identity token was made for another attempt to sign in.")
        return claims

    async def _exchanged(self, code: str, asked: SignInRequest) -> str:
        """The identity token that the code is good for."""
        found = await self._documents.addresses()
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": asked.redirect_uri,
            "code_verifier": asked.verifier,
        }
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Accept": "application/json",
            **self._proof(form, found.token_authentication),
        }
        try:
            async with self._http.exchange(
                found.token, urlencode(form).encode(), headers=headers
            ) as page:
                body = await page.read(TOKEN_BYTES)
        except (InvalidRequest, PermissionDenied) as error:
            raise Unavailable(f"The identity provider cannot be asked: {error}") from error
        except LodgepoleError as error:
            raise Unavailable(f"The identity provider does not answer: {error}") from error
        said = _read(body)
        if page.status == 200 and isinstance(said.get("id_token"), str):
            return said["id_token"]
        raise _failure(page.status, said)

    def _proof(self, form: dict[str, str], methods: Sequence[str]) -> Mapping[str, str]:
        """Say in the form, or in headers, who we are."""
        secret = self._client.secret
        if secret is None or (POSTED in methods and BASIC not in methods):
            form["client_id"] = self._client.id
            if secret is not None:
                form["client_secret"] = secret
            return {}
        # RFC 6749, 2.3.1: both are encoded before they are joined.
        both = f"{quote_plus(self._client.id)}:{quote_plus(secret)}"
        return {"Authorization": f"Basic {base64.b64encode(both.encode()).decode()}"}


def _read(body: bytes) -> Mapping[str, Any]:
    try:
        said: object = orjson.loads(body)
    except orjson.JSONDecodeError:
        said = None
    return cast("Mapping[str, Any]", said) if isinstance(said, dict) else {}


def _failure(status: int, said: Mapping[str, Any]) -> LodgepoleError:
    error = str(said.get("error", ""))[:60]
    if error == "invalid_grant":
        return Unauthenticated(
            "The identity provider does not take this code: it was used already, or it is too old. "
            "Sign in again."
        )
    if error in ("invalid_client", "unauthorized_client") or status in (401, 403):
        return UpstreamRejected(
            "The identity provider refuses this server: its operator looks at "
            "LODGEPOLE_OIDC_CLIENT_ID and LODGEPOLE_OIDC_CLIENT_SECRET."
        )
    if status == 200:
        return UpstreamRejected(
            "The identity provider sent no identity token: the scope `openid` must be allowed."
        )
    return Unavailable(f"The identity provider answers with status {status} {error}".rstrip())
