"""Git's smart HTTP protocol, limited to fetching one commit without its history.

By our own client, so that a repository is held to the same addresses, sizes and times as a page.
Protocol version 0, which every server speaks: https://git-scm.com/docs/http-protocol
"""

import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import IO

from lodgepole.adapters.origins.credentials import Credential, http_headers
from lodgepole.adapters.outbound_http import GuardedClient, Page
from lodgepole.errors import NotFound, PermissionDenied, TooLarge, Unavailable

REFS_BYTES = 20 * 1024 * 1024
SERVICE = "git-upload-pack"
CAPABILITIES = ("side-band-64k", "ofs-delta", "thin-pack", "shallow", "no-progress")
"""Some servers insist on `thin-pack`; where we have nothing, a pack is whole nevertheless."""
_COMMIT = re.compile(r"[0-9a-f]{40}")
_PACK, _PROGRESS, _ERROR = 1, 2, 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The commit that a branch is at."""

    repository: str  # its address, after redirects
    commit: str
    capabilities: frozenset[str]


class Repository:
    """One repository over HTTP."""

    def __init__(self, client: GuardedClient, url: str, credential: Credential | None) -> None:
        """`url` is of `http` or `https`, without what comes after the repository."""
        self._client = client
        self._url = url.rstrip("/")
        self._credential = credential

    async def head(self, branch: str | None) -> Head:
        """Where the branch is, or the repository's own one.

        Raises:
            NotFound: There is no such repository or branch.
            PermissionDenied: It needs a credential, or another one.
            Unavailable: It does not answer as a repository does.
        """
        place = f"{self._url}/info/refs?service={SERVICE}"
        site = "/".join(self._url.split("/")[:3]) + "/"
        async with self._client.get(
            place, headers=self._headers, may_follow=lambda url: url.startswith(site)
        ) as page:
            _check_status(page)
            if page.headers.get("content-type") != f"application/x-{SERVICE}-advertisement":
                raise Unavailable("It does not answer as a Git repository does.")
            lines = [line async for line in _lines(page.chunks(REFS_BYTES))]
            url = page.url.partition("/info/refs")[0]
        refs, capabilities = _read_refs(lines)
        commit = _chosen(refs, branch)
        return Head(repository=url, commit=commit, capabilities=capabilities)

    async def fetch(self, head: Head, target: IO[bytes], *, most: int) -> None:
        """Write the pack of the commit alone, with all its files, into `target`.

        Raises:
            TooLarge: It has more than `most` bytes.
            Unavailable: It does not answer as a repository does.
        """
        if "shallow" not in head.capabilities:
            raise Unavailable("The server gives no commit without its whole history.")
        words = " ".join(c for c in CAPABILITIES if c in head.capabilities)
        wanted = (f"want {head.commit} {words}\n", "deepen 1\n")
        body = b"".join(map(_packet, wanted)) + b"0000" + _packet("done\n")
        place = f"{head.repository}/{SERVICE}"
        headers = {
            "Content-Type": f"application/x-{SERVICE}-request",
            "Accept": f"application/x-{SERVICE}-result",
            **self._headers(place),
        }
        banded = "side-band-64k" in head.capabilities
        async with self._client.exchange(place, body, headers=headers) as page:
            _check_status(page)
            reader = _Packets(page.chunks(most + REFS_BYTES))
            await _until_pack(reader)
            count = 0
            async for chunk in _banded(reader) if banded else reader.rest():
                count += len(chunk)
                if count > most:
                    raise TooLarge(f"The repository is larger than the {most} bytes allowed.")
                target.write(chunk)

    def _headers(self, url: str) -> Mapping[str, str]:
        return http_headers(self._credential, url)


def _check_status(page: Page) -> None:
    if page.status in (401, 403):
        raise PermissionDenied(f"The repository answers {page.status}: it needs a credential.")
    if page.status in (404, 410):
        raise NotFound("There is no such repository, or it needs a credential.")
    if page.status != 200:
        raise Unavailable(f"The repository answers {page.status}.")


def _read_refs(lines: list[bytes]) -> tuple[dict[str, str], frozenset[str]]:
    refs: dict[str, str] = {}
    capabilities: frozenset[str] = frozenset()
    for line in lines:
        text = line.decode("utf-8", "replace").rstrip("\n")
        if text.startswith("#"):
            continue
        text, zero, words = text.partition("\0")
        if zero:
            capabilities = frozenset(words.split())
        commit, _, name = text.partition(" ")
        if _COMMIT.fullmatch(commit) and name != "capabilities^{}":
            refs[name] = commit
    return refs, capabilities


def _chosen(refs: Mapping[str, str], branch: str | None) -> str:
    names = ["HEAD"] if branch is None else [f"refs/heads/{branch}", f"refs/tags/{branch}^{{}}"]
    names += [] if branch is None else [f"refs/tags/{branch}", branch]
    for name in names:
        if name in refs:
            return refs[name]
    if branch is None:
        raise NotFound("The repository is empty, or has no branch of its own: name one.")
    raise NotFound(f"The repository has no branch or tag {branch[:80]!r}.")


# --- packets --------------------------------------------------------------------------------------


def _packet(text: str) -> bytes:
    data = text.encode()
    return f"{len(data) + 4:04x}".encode() + data


class _Packets:
    """Takes packets, each with its length before it, out of a stream."""

    def __init__(self, chunks: AsyncIterator[bytes]) -> None:
        self._chunks = chunks
        self._buffer = bytearray()

    async def take(self) -> bytes | None:
        """The next packet, empty for one that parts sections; None at the end.

        Raises Unavailable.
        """
        if not await self._fill(4):
            if self._buffer:
                raise Unavailable("The repository's answer broke off.")
            return None
        try:
            length = int(bytes(self._buffer[:4]), 16)
        except ValueError:
            raise Unavailable("It does not answer as a Git repository does.") from None
        if length in (0, 1, 2):
            del self._buffer[:4]
            return b""
        if length < 4 or not await self._fill(length):
            raise Unavailable("The repository's answer broke off.")
        data = bytes(self._buffer[4:length])
        del self._buffer[:length]
        return data

    async def rest(self) -> AsyncIterator[bytes]:
        """What follows, as it comes."""
        if self._buffer:
            yield bytes(self._buffer)
        async for chunk in self._chunks:
            yield chunk

    async def _fill(self, size: int) -> bool:
        while len(self._buffer) < size:
            chunk = await anext(self._chunks, None)
            if chunk is None:
                return False
            self._buffer += chunk
        return True


async def _lines(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    reader = _Packets(chunks)
    while (packet := await reader.take()) is not None:
        if packet:
            yield packet


async def _until_pack(reader: _Packets) -> None:
    """Pass over what is said before the pack. Raises Unavailable."""
    while (packet := await reader.take()) is not None:
        if packet.startswith((b"NAK", b"ACK")):
            return
        if packet.startswith(b"ERR "):
            raise Unavailable(_said(packet[4:]))
    raise Unavailable("The repository gave no commit.")


async def _banded(reader: _Packets) -> AsyncIterator[bytes]:
    while packet := await reader.take():
        if packet[0] == _PACK:
            yield packet[1:]
        elif packet[0] == _ERROR:
            raise Unavailable(_said(packet[1:]))


def _said(text: bytes) -> str:
    shown = "".join(c for c in text.decode("utf-8", "replace").strip() if c.isprintable())
    return f"The repository says: {shown[:200]}"
