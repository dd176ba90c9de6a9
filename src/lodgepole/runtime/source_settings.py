"""What an operator may set for sources."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import SecretStr


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceCredential:
    """A secret that sources may name, and where it may be sent."""

    name: str
    url: str
    """Sources at or below this address may name it, e.g. `https://docs.example.org/internal`,
    `git+https://git.example.org/team` or `s3://bucket/prefix`."""
    username: str | None = None
    """With one, the secret is its password; without, a bearer token."""
    secret: SecretStr | None = None
    options: Mapping[str, SecretStr] = field(default_factory=dict[str, SecretStr])
    """Of a bucket, e.g. `access_key_id`, `secret_access_key`, `region` and `endpoint`."""
