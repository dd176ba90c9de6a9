"""What kind of origin an address names, and whether it is fit to be kept. Pure."""

from urllib.parse import urlsplit

from lodgepole.errors import InvalidRequest
from lodgepole.ports.source_store import SourceKind

ADDRESS_CHARS = 2000
BUCKET_SCHEMES = ("s3", "gs", "az")
FORMS = (
    "`https://…` for pages, `git+https://…` for a repository, `s3://…`, `gs://…` or `az://…` for "
    "a bucket, `/…` for a folder of the server"
)


def kind_of(url: str) -> SourceKind:
    """The kind of origin at an address that may be stored.

    Raises:
        InvalidRequest: It is of no kind that is known, or holds a user name or a password, which
            would be stored and shown.
    """
    if not url or len(url) > ADDRESS_CHARS or not url.isprintable() or url != url.strip():
        raise InvalidRequest(
            f"Invalid address {url[:80]!r}: use 1 to {ADDRESS_CHARS} printable characters"
        )
    if url.startswith("/"):
        return SourceKind.FOLDER
    try:
        parts = urlsplit(url)
        host, user = parts.hostname, parts.username or parts.password
    except ValueError:
        raise InvalidRequest(f"Invalid address {url[:80]!r}: its host cannot be read") from None
    if user is not None or "@" in parts.netloc:
        raise InvalidRequest(
            "The address holds a user name or password: leave them out, and name a credential of "
            "the server's settings instead"
        )
    kind = _KINDS.get(parts.scheme.lower())
    if kind is None or not host:
        raise InvalidRequest(f"No documents can be read from {url[:80]!r}: use {FORMS}")
    return kind


_KINDS = {
    "http": SourceKind.WEB,
    "https": SourceKind.WEB,
    "git+http": SourceKind.GIT,
    "git+https": SourceKind.GIT,
    **dict.fromkeys(BUCKET_SCHEMES, SourceKind.BUCKET),
}
