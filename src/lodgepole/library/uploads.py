"""Rules for uploads, and one upload on its way in: pure but for the bytes that pass through."""

import base64
import hashlib
import math
import unicodedata
from collections.abc import AsyncIterator, Mapping
from pathlib import PurePosixPath
from typing import Any, cast

import google_crc32c

from lodgepole.errors import InvalidRequest, TooLarge
from lodgepole.limits import Limits
from lodgepole.metadata_filter import metadata_size
from lodgepole.model import KINDS_BY_ENDING, FileKind, Metadata, Upload

KINDS = KINDS_BY_ENDING
NAME_CHARS = 1024
UNFIT = frozenset({"Cc", "Cs", "Zl", "Zp"})
"""Categories of characters that no file name may hold: controls, halves of pairs, ends of lines.
Spaces of every width and joiners of emoji are in names that operating systems give."""


def file_kind(name: str) -> FileKind:
    """Return how a file of this name is read. Raises InvalidRequest, which lists the endings."""
    ending = PurePosixPath(name).suffix.lower()
    kind = KINDS.get(ending)
    if kind is None:
        accepted = ", ".join(KINDS)
        raise InvalidRequest(
            f"File {name[:200]!r} is of no kind that can be read: its name must end in one of "
            f"{accepted}"
        )
    return kind


def size_limit(kind: FileKind, *, multimodal: bool, limits: Limits) -> int:
    """The most bytes a file of this kind may have."""
    if kind is not FileKind.PDF:
        return limits.file_bytes
    return limits.multimodal_pdf_bytes if multimodal else limits.pdf_bytes


def check_metadata(metadata: object, limits: Limits) -> Metadata | None:
    """File metadata as it may be stored; None for none or an empty object.

    Raises:
        InvalidRequest: Not flat, a key that begins with `$`, a value that is neither string,
            number, boolean nor list of strings, or too long as JSON.
    """
    if metadata is None:
        return None
    if not isinstance(metadata, Mapping):
        raise InvalidRequest("Metadata must be a JSON object")
    checked = dict(cast("Mapping[str, Any]", metadata))
    for key, value in checked.items():
        if not key or key.startswith("$"):
            raise InvalidRequest(f"Metadata key {key[:80]!r} must not be empty or begin with `$`")
        if not _is_metadata_value(value):
            raise InvalidRequest(
                f"Metadata value of {key[:80]!r} must be a string, number, boolean or "
                "list of strings"
            )
    if metadata_size(checked) > limits.metadata_bytes:
        raise InvalidRequest(f"Metadata exceeds maximum length of {limits.metadata_bytes} bytes")
    return checked or None


def _is_metadata_value(value: object) -> bool:
    if isinstance(value, list):
        return all(isinstance(item, str) for item in cast("list[object]", value))
    if isinstance(value, float):
        return math.isfinite(value)
    return isinstance(value, str | int | bool)


def _check_name(name: str) -> None:
    if not name or len(name) > NAME_CHARS or any(unicodedata.category(c) in UNFIT for c in name):
        raise InvalidRequest(
            f"Invalid file name {name[:80]!r}: use 1 to {NAME_CHARS} characters and no control "
            "characters"
        )


class Incoming:
    """One upload on its way in: what was said of it, and what passed through."""

    def __init__(
        self, *, name: str, kind: FileKind, metadata: Metadata | None, multimodal: bool, limit: int
    ) -> None:
        self._name = name
        self._kind = kind
        self._metadata = metadata
        self._multimodal = multimodal
        self._limit = limit
        self._size = 0
        self._crc32c = google_crc32c.Checksum()
        self._sha256 = hashlib.sha256()

    async def count(self, content: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        """Pass the bytes on, measured. Raises TooLarge at the first byte over the limit."""
        async for chunk in content:
            self._size += len(chunk)
            if self._size > self._limit:
                raise TooLarge(
                    f"File {self._name[:200]!r} is larger than the {self._limit} bytes allowed "
                    "for its kind"
                )
            self._crc32c.update(chunk)
            self._sha256.update(chunk)
            yield chunk

    def upload(self) -> Upload:
        return Upload(
            name=self._name,
            kind=self._kind,
            size=self._size,
            crc32c=base64.b64encode(self._crc32c.digest()).decode(),
            sha256=self._sha256.hexdigest(),
            metadata=self._metadata,
            multimodal=self._multimodal,
        )


def check_upload(name: str, metadata: object, *, multimodal: bool, limits: Limits) -> Incoming:
    """Check what was said of an upload. Raises InvalidRequest."""
    _check_name(name)
    kind = file_kind(name)
    if multimodal and kind is not FileKind.PDF:
        raise InvalidRequest(f"Multimodal is for PDF files only, not for {name[:200]!r}")
    return Incoming(
        name=name,
        kind=kind,
        metadata=check_metadata(metadata, limits),
        multimodal=multimodal,
        limit=size_limit(kind, multimodal=multimodal, limits=limits),
    )
