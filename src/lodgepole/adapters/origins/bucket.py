"""A bucket of S3, Google Cloud Storage or Azure, by the ETags of its objects.

A source names a credential, also where the bucket is public: what this server's own environment
may read is for nobody to name who merely has a key of ours.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from datetime import timedelta
from typing import Any

from lodgepole.adapters.origins.credentials import Credential, Credentials
from lodgepole.errors import InvalidRequest, NotFound, PermissionDenied, Unavailable
from lodgepole.path_patterns import wanted
from lodgepole.ports.origin import Found, NotTaken, OriginEvent, ReadToEnd, Unchanged
from lodgepole.ports.source_store import Source, SourceItem

PATH_KEY, URL_KEY = "path", "source_url"
OBJECTS_MOST = 200_000
LIST_SIZE = 1000
CHUNK_BYTES = 256 * 1024
CLIENT_OPTIONS: Mapping[str, Any] = {"connect_timeout": "5s", "timeout": "300s"}
RETRIES: Mapping[str, Any] = {"max_retries": 3, "retry_timeout": timedelta(seconds=30)}
NAME_ONE = (
    "A bucket is read with a credential: the operator sets one in `source_credentials` whose `url` "
    "is the bucket's, also for a bucket that is public or that the server's environment may read."
)
UNFIT = "Its name is no path."


class BucketOrigin:
    """`Origin` of buckets."""

    def __init__(self, credentials: Credentials) -> None:
        self._credentials = credentials

    def check(self, source: Source) -> None:
        self._credential(source)

    async def read(
        self, source: Source, known: Mapping[str, SourceItem]
    ) -> AsyncGenerator[OriginEvent]:
        store = _opened(source.url, self._credential(source))
        count = 0
        async for entry in _entries(store):
            count += 1
            if count > OBJECTS_MOST:
                raise Unavailable(
                    f"The bucket holds more than {OBJECTS_MOST} objects there: name a prefix."
                )
            path, size = str(entry["path"]), int(entry["size"])
            if not wanted(path, include=source.include, exclude=source.exclude):
                continue
            if not path.isprintable():
                yield NotTaken(key=path.encode("ascii", "backslashreplace").decode(), reason=UNFIT)
                continue
            tag = entry.get("e_tag") or entry["last_modified"].isoformat()
            fingerprint = f"{tag}-{size}"
            if path in known and known[path].fingerprint == fingerprint:
                yield Unchanged(key=path)
            else:
                yield _found(store, source, path, fingerprint)
        yield ReadToEnd()

    def _credential(self, source: Source) -> Credential:
        found = self._credentials.find(source.credential, source.url)
        if found is None:
            raise PermissionDenied(NAME_ONE)
        return found


def _opened(url: str, credential: Credential) -> Any:
    # Ten megabytes, which a server that reads no bucket does without.
    from obstore.exceptions import BaseError  # noqa: PLC0415
    from obstore.store import from_url  # noqa: PLC0415

    options = dict(credential.options)
    plain = options.get("endpoint", "").startswith("http://")
    make: Any = from_url  # its types know each store by itself
    try:
        return make(
            url,
            config=options,
            client_options={"allow_http": plain, **CLIENT_OPTIONS},
            retry_config=RETRIES,
        )
    except (BaseError, ValueError, TypeError) as error:
        # What it says may hold an option's value.
        raise InvalidRequest(
            f"The bucket cannot be opened with the credential {credential.name!r} "
            f"({type(error).__name__}): look at its options."
        ) from error


async def _entries(store: Any) -> AsyncIterator[Mapping[str, Any]]:
    import obstore  # noqa: PLC0415  as in `_opened`
    from obstore.exceptions import BaseError  # noqa: PLC0415

    try:
        async for batch in obstore.list(store, chunk_size=LIST_SIZE):
            for entry in batch:
                yield entry
    except (BaseError, OSError) as error:
        raise Unavailable(f"The bucket cannot be listed: {type(error).__name__}.") from error


def _found(store: Any, source: Source, path: str, fingerprint: str) -> Found:
    return Found(
        key=path,
        name=path.rpartition("/")[2],
        fingerprint=fingerprint,
        content=lambda: _content(store, path),
        metadata={PATH_KEY: path, URL_KEY: f"{source.url.rstrip('/')}/{path}"},
        can_wait=True,
    )


async def _content(store: Any, path: str) -> AsyncIterator[bytes]:
    import obstore  # noqa: PLC0415  as in `_opened`
    from obstore.exceptions import BaseError  # noqa: PLC0415

    try:
        result = await obstore.get_async(store, path)
        async for chunk in result.stream(min_chunk_size=CHUNK_BYTES):
            yield bytes(chunk)
    except FileNotFoundError:
        raise NotFound("It is not in the bucket any more.") from None
    except (BaseError, OSError) as error:
        raise Unavailable(f"It cannot be read: {type(error).__name__}.") from error
