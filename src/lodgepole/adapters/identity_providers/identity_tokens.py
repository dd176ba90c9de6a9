"""Identity tokens: read, and checked by PyJWT. Only signatures of key pairs are taken."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lodgepole.errors import Unauthenticated, Unavailable

ALGORITHMS = frozenset(
    {
        *("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
        *("ES256", "ES384", "ES512", "EdDSA"),
    }
)
"""Never `none`, and never HS256: everybody knows the public key that it would be signed with."""
SKEW_SECONDS = 60
"""By which two clocks may differ."""
TOKEN_CHARS = 128 * 1024
REFUSED = "The identity token is not good"


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenHeader:
    """Which key is said to have signed a token, and how; nothing of it is known to be true."""

    key_id: str | None
    algorithm: str


def read_token(token: str) -> TokenHeader:
    """The header of a token that was not checked yet. Raises Unauthenticated."""
    # A tenth of a second of CPU, which a server where nobody signs in does not need.
    import jwt  # noqa: PLC0415

    if len(token) > TOKEN_CHARS:
        raise Unauthenticated(f"{REFUSED}: it is longer than {TOKEN_CHARS} characters.")
    try:
        header = jwt.get_unverified_header(token)
    except jwt.PyJWTError:
        raise Unauthenticated(f"{REFUSED}: it cannot be read.") from None
    algorithm, key_id = header.get("alg"), header.get("kid")
    if not isinstance(algorithm, str) or algorithm not in ALGORITHMS:
        raise Unauthenticated(f"{REFUSED}: it is signed by {str(algorithm)[:20]!r}.")
    return TokenHeader(key_id=key_id if isinstance(key_id, str) else None, algorithm=algorithm)


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedToken:
    """What a token must be."""

    issuer: str
    audience: str

    def claims(self, token: str, key: Mapping[str, Any], *, at: datetime) -> Mapping[str, Any]:
        """What the token claims, if `key` has signed it and it holds at this time.

        Raises:
            Unauthenticated: It is not good; the message says why.
            Unavailable: The key is none.
        """
        # As in `read_token`.
        import jwt  # noqa: PLC0415

        algorithm = read_token(token).algorithm
        try:
            public = jwt.PyJWK(dict(key), algorithm)
        except jwt.PyJWTError:
            raise Unavailable("The identity provider's key cannot be used.") from None
        try:
            claims: dict[str, Any] = jwt.decode(
                token,
                public,
                algorithms=[algorithm],
                audience=self.audience,
                issuer=self.issuer,
                # Times are looked at below, by our clock.
                options={
                    "require": ["iss", "sub", "aud", "exp", "iat"],
                    "verify_exp": False,
                    "verify_iat": False,
                    "verify_nbf": False,
                },
            )
        except jwt.PyJWTError as error:
            raise Unauthenticated(f"{REFUSED}: {_why(error)}.") from None
        self._check_times(claims, at.timestamp())
        self._check_party(claims)
        return claims

    def _check_times(self, claims: Mapping[str, Any], now: float) -> None:
        expires, made, begins = (_time(claims, name) for name in ("exp", "iat", "nbf"))
        if expires + SKEW_SECONDS <= now:
            raise Unauthenticated(f"{REFUSED}: it has expired.")
        if max(made, begins) - SKEW_SECONDS > now:
            raise Unauthenticated(
                f"{REFUSED}: it is from the future. The clocks of this server and of the identity "
                "provider differ by more than a minute."
            )

    def _check_party(self, claims: Mapping[str, Any]) -> None:
        """Of several for whom a token is, it must say that we are the one that asked for it."""
        party, audience = claims.get("azp"), claims["aud"]
        several = isinstance(audience, list) and len(audience) > 1
        if (party is not None or several) and party != self.audience:
            raise Unauthenticated(f"{REFUSED}: it was made for another application.")


def _time(claims: Mapping[str, Any], name: str) -> float:
    value = claims.get(name, 0)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise Unauthenticated(f"{REFUSED}: its {name} is no time.")
    return value


def _why(error: Exception) -> str:
    # As in `read_token`.
    import jwt  # noqa: PLC0415

    reasons: tuple[tuple[type[Exception], str], ...] = (
        (jwt.InvalidAudienceError, "it was made for another application"),
        (jwt.InvalidIssuerError, "another provider made it"),
        (jwt.MissingRequiredClaimError, "something is missing in it"),
        (jwt.InvalidSignatureError, "its signature is wrong"),
    )
    return next((words for kind, words in reasons if isinstance(error, kind)), "it cannot be read")
