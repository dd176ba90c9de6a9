"""Sign-in through an identity provider, from the redirect to the new session.

What has to be known when the browser comes back lies in a signed cookie of that browser for ten
minutes, so that any process may answer and nobody can fill the catalog with attempts.
"""

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import orjson

from lodgepole.access.api_keys import DEFAULT_PROJECT
from lodgepole.access.sessions import Sessions
from lodgepole.access.sign_in_rules import SignInRule, person_of
from lodgepole.errors import InvalidRequest, PermissionDenied, Unauthenticated
from lodgepole.model import ApiKey, Record, RecordKind
from lodgepole.ports.clock import Clock
from lodgepole.ports.identity_provider import IdentityProvider, SignInRequest
from lodgepole.ports.records import Records

ATTEMPT = timedelta(minutes=10)
"""To type a password and find the second factor."""
RANDOM_BYTES = 32
CODE_CHARS = 4096
MARK_CHARS = 40  # of a hash in hex; a record's id has 64 characters at most
AGAIN = "Sign in again."


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """Somebody who has just come in."""

    secret: str
    key: ApiKey
    to: str


class SignIn:
    """Use cases of people who have no session yet."""

    def __init__(
        self,
        provider: IdentityProvider,
        sessions: Sessions,
        *,
        rules: tuple[SignInRule, ...],
        records: Records,
        clock: Clock,
        secret: bytes,
        name: str,
    ) -> None:
        """`secret` signs cookies, `name` is what people call the provider."""
        self.name = name
        self._provider = provider
        self._sessions = sessions
        self._rules = rules
        self._records = records
        self._clock = clock
        # Not the secret itself: what it signs elsewhere can never be taken for one of these.
        self._secret = hmac.digest(secret, b"lodgepole sign-in", "sha256")

    async def start(self, redirect_uri: str, to: str) -> tuple[str, str]:
        """Where the browser goes, and the cookie that it brings back.

        `to` is where it wants to be in the end. Raises Unavailable, DeadlineExceeded.
        """
        asked = SignInRequest(
            state=secrets.token_urlsafe(RANDOM_BYTES),
            nonce=secrets.token_urlsafe(RANDOM_BYTES),
            verifier=secrets.token_urlsafe(RANDOM_BYTES),
            redirect_uri=redirect_uri,
        )
        return await self._provider.authorization_url(asked), self._sealed(asked, to)

    async def finish(self, cookie: str | None, answer: Mapping[str, str]) -> SignedIn:
        """Let somebody in who comes back with the provider's answer.

        Args:
            cookie: What `start` made.
            answer: Of the provider, as the parameters of its redirect.

        Raises:
            Unauthenticated: The answer is not one to this browser's question, or not good.
            PermissionDenied: The provider or our rules refuse them.
            UpstreamRejected: The provider refuses this server.
            Unavailable: The provider does not answer.
            DeadlineExceeded: It takes too long.
        """
        asked, to = self._opened(cookie)
        if not hmac.compare_digest(answer.get("state", "").encode(), asked.state.encode()):
            raise Unauthenticated(f"This answer belongs to another attempt to sign in. {AGAIN}")
        if (
            answer.get("iss", self._provider.issuer).rstrip("/") != self._provider.issuer
        ):  # RFC 9207
            raise Unauthenticated(f"This answer comes from another identity provider. {AGAIN}")
        if "error" in answer:
            raise PermissionDenied(_refusal(answer))
        code = answer.get("code", "")
        if not 1 <= len(code) <= CODE_CHARS:
            raise InvalidRequest(f"The identity provider sent no code. {AGAIN}")
        used = self._mark(asked)
        if await self._records.find(used.project_id, used.id) is not None:
            raise Unauthenticated(f"This answer was used already. {AGAIN}")
        token = await self._provider.claims(code, asked)
        await self._records.put(used)
        person = person_of(self._provider.issuer, token, self._rules)
        if person is None:
            raise Unauthenticated("The identity provider does not say who you are.")
        secret, key = await self._sessions.begin(person)
        return SignedIn(secret=secret, key=key, to=to)

    def _mark(self, asked: SignInRequest) -> Record:
        """The record that an attempt has succeeded: it does so once."""
        now = self._clock.now()
        return Record(
            id=f"sign_in_{hashlib.sha256(asked.state.encode()).hexdigest()[:MARK_CHARS]}",
            project_id=DEFAULT_PROJECT,
            kind=RecordKind.SIGN_IN,
            created_at=now,
            expires_at=now + ATTEMPT,
            body={},
        )

    def _sealed(self, asked: SignInRequest, to: str) -> str:
        expires = int((self._clock.now() + ATTEMPT).timestamp())
        parts = [asked.state, asked.nonce, asked.verifier, asked.redirect_uri, to, expires]
        payload = base64.urlsafe_b64encode(orjson.dumps(parts)).decode()
        return f"{payload}.{self._signature(payload)}"

    def _opened(self, cookie: str | None) -> tuple[SignInRequest, str]:
        """What a cookie says. Raises Unauthenticated when there is none, or a forged or old one."""
        payload, _, signature = (cookie or "").partition(".")
        if not hmac.compare_digest(signature.encode(), self._signature(payload).encode()):
            raise Unauthenticated(
                "This browser has not begun to sign in, or has finished already. Cookies must be "
                f"allowed. {AGAIN}"
            )
        try:
            parts = orjson.loads(base64.urlsafe_b64decode(payload))
        except (ValueError, binascii.Error):
            raise Unauthenticated(f"This attempt to sign in cannot be read. {AGAIN}") from None
        state, nonce, verifier, redirect_uri, to, expires = parts
        if expires < self._clock.now().timestamp():
            raise Unauthenticated(f"This attempt to sign in took too long. {AGAIN}")
        asked = SignInRequest(
            state=state, nonce=nonce, verifier=verifier, redirect_uri=redirect_uri
        )
        return asked, to

    def _signature(self, payload: str) -> str:
        return hmac.digest(self._secret, payload.encode(), "sha256").hex()


def _refusal(answer: Mapping[str, str]) -> str:
    told = answer.get("error_description") or answer["error"]
    words = "".join(sign if sign.isprintable() else " " for sign in told[:200])
    return f"The identity provider did not sign you in: {words}"
