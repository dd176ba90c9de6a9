"""Files of models, fetched from the hub where they are published or from a mirror.

The hub says a hash of each file before it is fetched: the SHA-256 of a large one, Git's own hash of
a small one. What is fetched is compared with that, and nothing is kept that differs, or that the
hub says nothing of.
"""

import hashlib
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import BinaryIO

import httpx2

from lodgepole.errors import Unavailable

HUB_URL = "https://huggingface.co"
CHUNK_BYTES = 1 << 20
CONNECT_SECONDS, SILENCE_SECONDS = 10.0, 60.0
POINTER_BYTES = 1024  # of the small text that stands for a large file
SMALL_BYTES = 64_000_000  # of a file that Git holds itself, such as a tokenizer
MOST_HOPS = 5
SPARE_BYTES = 200_000_000  # of the disk, that are left
_SHA256 = re.compile(r"[0-9a-f]{64}")
_GIT_SHA1 = re.compile(r"[0-9a-f]{40}")
_POINTER = re.compile(r"oid sha256:([0-9a-f]{64})\nsize (\d{1,15})")

Told = Callable[[int, int], None]
"""Is given how many bytes have come, and of how many (0: not known)."""


@dataclass(frozen=True, slots=True)
class _Expected:
    digest: str
    size: int | None  # None: a small file, whose hash is Git's and whose size the hub does not say

    def matches(self, path: Path) -> bool:
        size = path.stat().st_size
        with path.open("rb") as file:
            if self.size is not None:
                found = hashlib.file_digest(file, "sha256").hexdigest()
                return (found, size) == (self.digest, self.size)
            # Git's names are no secret to be forged: the hub's own word is what is compared with.
            found = hashlib.sha1(b"blob %d\0" % size + file.read(), usedforsecurity=False)
            return found.hexdigest() == self.digest


class Hub:
    """The hub, or a mirror of it.

    Args:
        url: Up to and without the repository's name.
        transport: For tests.
    """

    def __init__(
        self, url: str = HUB_URL, *, transport: httpx2.BaseTransport | None = None
    ) -> None:
        self._url = url.rstrip("/")
        self._transport = transport

    def fetch(self, repository: str, file: str, target: Path, *, told: Told) -> Path:
        """Fetch a file, unless it is there; where it is.

        Args:
            repository: `owner/name`.
            file: Its path in the repository.
            target: Where it is put.
            told: Is given the progress.

        Raises:
            Unavailable: The hub does not answer, has no such file, says no hash, or sent something
                else; or the disk is full. Nothing is left behind.
        """
        if target.exists():
            return target
        timeout = httpx2.Timeout(SILENCE_SECONDS, connect=CONNECT_SECONDS)
        draft = target.with_suffix(".part")
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            with httpx2.Client(timeout=timeout, transport=self._transport) as client:
                expected = self._expected(client, repository, file)
                _check_room(target, expected.size or SMALL_BYTES)
                url = httpx2.URL(f"{self._url}/{repository}/resolve/main/{file}")
                with draft.open("wb") as stream:
                    _fetch(client, url, stream, expected.size, told)
            if not expected.matches(draft):
                raise Unavailable(
                    f"What came for {file} is not what the hub says it is "
                    f"({draft.stat().st_size} bytes of {expected.size or 'an unknown number'}). "
                    "Nothing was kept; try again."
                )
            draft.replace(target)
        except httpx2.HTTPError as failure:
            raise Unavailable(
                f"{self._url} cannot be reached for {file}. Set model_hub_url to a mirror, or "
                f"fetch the file elsewhere and put it at {target}."
            ) from failure
        except OSError as failure:
            raise Unavailable(f"Cannot write {target}: {failure.strerror}.") from failure
        finally:
            draft.unlink(missing_ok=True)
        return target

    def _expected(self, client: httpx2.Client, repository: str, file: str) -> _Expected:
        """The hash by the hub's own word: its headers, or the large file's pointer."""
        answer = client.head(f"{self._url}/{repository}/resolve/main/{file}")
        if answer.status_code == HTTPStatus.NOT_FOUND:
            raise Unavailable(f"{self._url} has no file {file} in {repository}.")
        tags = (answer.headers.get(name, "") for name in ("x-linked-etag", "etag"))
        linked, own = (tag.strip('W/"') for tag in tags)
        size = answer.headers.get("x-linked-size", "")
        if _SHA256.fullmatch(linked) and size.isdecimal():
            return _Expected(linked, int(size))
        if _GIT_SHA1.fullmatch(linked or own):
            return _Expected(linked or own, None)
        with client.stream("GET", f"{self._url}/{repository}/raw/main/{file}") as raw:
            text = next(raw.iter_bytes(POINTER_BYTES), b"").decode("ascii", "replace")
        found = _POINTER.search(text)
        if raw.status_code != HTTPStatus.OK or found is None:
            raise Unavailable(
                f"{self._url} does not say which SHA-256 {file} has, so what it sends cannot be "
                "checked. Nothing was fetched."
            )
        return _Expected(found[1], int(found[2]))


def _check_room(target: Path, size: int) -> None:
    if shutil.disk_usage(target.parent).free < size + SPARE_BYTES:
        raise Unavailable(
            f"{target.name} has {size / 1e9:.1f} GB, and {target.parent} has no room for it. Free "
            "some, or set cache_dir to a larger disk."
        )


def _fetch(
    client: httpx2.Client, url: httpx2.URL, file: BinaryIO, size: int | None, told: Told
) -> None:
    """Write what is there; no more than `size` and one piece."""
    most, done = SMALL_BYTES if size is None else size, 0
    for _ in range(MOST_HOPS):
        with client.stream("GET", url) as response:
            if response.has_redirect_location:
                url = url.join(response.headers["location"])
                continue
            response.raise_for_status()
            for chunk in response.iter_bytes(CHUNK_BYTES):
                done += len(chunk)
                file.write(chunk)
                if done > most:
                    return
                told(done, size or 0)
        return
