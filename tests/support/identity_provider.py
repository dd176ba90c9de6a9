"""An identity provider on loopback: OpenID Connect with a real key pair, signed in at once.

Whoever comes to its page of authorization is the person that `claims` describe. Tests change what
it does by its attributes.
"""

import asyncio
import base64
import hashlib
import json
import secrets
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx2
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from lodgepole.ports.clock import Clock

CLIENT_ID = "lodgepole"
CLIENT_SECRET = "the client's secret: a+b/c"


@cache
def key_pair(number: int) -> rsa.RSAPrivateKey:
    """The same pair for the same number: making one takes a tenth of a second."""
    del number
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def public_key(number: int, key_id: str) -> dict[str, Any]:
    """As a provider publishes it."""
    key = jwt.algorithms.RSAAlgorithm.to_jwk(key_pair(number).public_key(), as_dict=True)
    return {**key, "kid": key_id, "use": "sig", "alg": "RS256"}


@dataclass
class TestProvider:
    """What it knows and does; `issuer` is set once it listens."""

    __test__ = False

    clock: Clock
    issuer: str = ""
    claims: dict[str, Any] = field(
        default_factory=lambda: {
            "sub": "248289761001",
            "email": "jane@example.com",
            "email_verified": True,
            "groups": ["readers"],
        }
    )
    signed_with: tuple[int, str] = (0, "first")
    published: list[tuple[int, str]] = field(default_factory=lambda: [(0, "first")])
    changes: dict[str, Any] = field(default_factory=dict)  # of the token's claims, to spoil it
    discovery: dict[str, Any] = field(default_factory=dict)  # of the discovery document
    token: str | None = None  # answered instead of a good one
    status: int | None = None  # of every answer, where it is down
    asked: list[str] = field(default_factory=list)  # paths, in order
    codes: dict[str, Mapping[str, str]] = field(default_factory=dict)

    def authorize(self, url: str) -> dict[str, str]:
        """What the browser of somebody who signs in brings back."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        assert query["response_type"] == "code"
        assert query["code_challenge_method"] == "S256"
        assert query["client_id"] == CLIENT_ID
        code = secrets.token_urlsafe(8)
        self.codes[code] = query
        return {"code": code, "state": query["state"]}

    def token_for(self, query: Mapping[str, str]) -> str:
        now = int(self.clock.now().timestamp())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT_ID,
            "iat": now,
            "exp": now + 300,
            "nonce": query["nonce"],
            **self.claims,
            **self.changes,
        }
        present = {name: value for name, value in claims.items() if value is not None}
        number, key_id = self.signed_with
        return jwt.encode(present, key_pair(number), "RS256", headers={"kid": key_id})

    # --- as it is asked over HTTP ---------------------------------------------------------------

    def answer(self, target: str, head: str, body: str) -> tuple[int, dict[str, str], Any]:
        """Status, headers and JSON."""
        path = urlsplit(target).path
        self.asked.append(path)
        if self.status is not None:
            return self.status, {}, {"error": "down"}
        if path == "/.well-known/openid-configuration":
            return (
                200,
                {},
                {
                    "issuer": self.issuer,
                    "authorization_endpoint": f"{self.issuer}/authorize",
                    "token_endpoint": f"{self.issuer}/token",
                    "jwks_uri": f"{self.issuer}/keys",
                    **self.discovery,
                },
            )
        if path == "/keys":
            return 200, {}, {"keys": [public_key(*each) for each in self.published]}
        if path == "/authorize":
            query = {name: values[0] for name, values in parse_qs(urlsplit(target).query).items()}
            back = f"{query['redirect_uri']}?{urlencode(self.authorize(target))}"
            return 302, {"location": back}, {}
        if path == "/token":
            return self._exchange(head, {k: v[0] for k, v in parse_qs(body).items()})
        return 404, {}, {}

    def _exchange(self, head: str, form: Mapping[str, str]) -> tuple[int, dict[str, str], Any]:
        known = f"{CLIENT_ID}:{'the+client%27s+secret%3A+a%2Bb%2Fc'}"
        proof = f"authorization: Basic {base64.b64encode(known.encode()).decode()}"
        if proof.lower() not in head.lower():
            return 401, {}, {"error": "invalid_client"}
        query = self.codes.pop(form.get("code", ""), None)
        challenge = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        if (
            query is None
            or base64.urlsafe_b64encode(challenge).rstrip(b"=").decode() != query["code_challenge"]
            or form.get("redirect_uri") != query["redirect_uri"]
        ):
            return 400, {}, {"error": "invalid_grant"}
        token = self.token_for(query) if self.token is None else self.token
        return 200, {}, {"access_token": "a", "token_type": "Bearer", "id_token": token}


@asynccontextmanager
async def identity_provider(clock: Clock) -> AsyncIterator[TestProvider]:
    """One that listens at a free port."""
    provider = TestProvider(clock)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                length = 0
                for line in head.split("\r\n"):
                    name, _, value = line.partition(":")
                    if name.lower() == "content-length":
                        length = int(value)
                body = (await reader.readexactly(length)).decode()
                status, headers, said = provider.answer(head.split(" ")[1], head, body)
                content = json.dumps(said).encode()
                lines = [f"HTTP/1.1 {status} Said", "content-type: application/json"]
                lines += [f"{name}: {value}" for name, value in headers.items()]
                lines += [f"content-length: {len(content)}", "", ""]
                writer.write("\r\n".join(lines).encode() + content)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    provider.issuer = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield provider
    finally:
        server.close()


@cache
def _context() -> ssl.SSLContext:
    return httpx2.create_ssl_context()


def with_certificates_read_once(patch: pytest.MonkeyPatch) -> None:
    """Let clients share the certificates, which take a quarter of a second each to read."""
    context = _context()
    for name in ("httpx2", "httpx2._transports.default"):
        patch.setattr(f"{name}.create_ssl_context", lambda *_, **__: context)
