"""Port: an identity provider, which says who somebody is."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInRequest:
    """One attempt to sign in, as OpenID Connect has it.

    Attributes:
        state: Comes back with the answer, so that nobody is signed in by another's answer.
        nonce: Comes back in the identity token, so that no old one is taken.
        verifier: What the code is exchanged with; the provider first sees its hash alone (PKCE).
        redirect_uri: Where the provider sends the browser back.
    """

    state: str
    nonce: str
    verifier: str
    redirect_uri: str


class IdentityProvider(Protocol):
    """Whom the operator trusts to know people."""

    @property
    def issuer(self) -> str:
        """Its address, without a slash at the end."""
        ...

    async def authorization_url(self, asked: SignInRequest) -> str:
        """Where the browser goes to sign in. Raises Unavailable, DeadlineExceeded."""
        ...

    async def claims(self, code: str, asked: SignInRequest) -> Mapping[str, Any]:
        """Exchange the code for an identity token; what it claims, once it has been checked.

        Raises:
            Unauthenticated: The code or the token is not good.
            UpstreamRejected: The provider refuses this server.
            Unavailable: It does not answer, or says what cannot be understood.
            DeadlineExceeded: It takes too long.
        """
        ...
