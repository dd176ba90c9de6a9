"""Verifies original bytes against the catalog's checksum while they are read."""

import hashlib
import logging
from collections.abc import AsyncGenerator, AsyncIterator

from lodgepole.errors import NotFound, Unavailable
from lodgepole.model import File

log = logging.getLogger(__name__)


def damaged(file: File) -> str:
    """What is said of a file whose stored bytes are not those that were uploaded."""
    return (
        f"The stored bytes of {file.upload.name!r} (file {file.id}) are not those that were "
        "uploaded: they were damaged or lost. Upload the file again, or restore a backup."
    )


async def checked(file: File, chunks: AsyncIterator[bytes]) -> AsyncGenerator[bytes]:
    """The same chunks; the last one comes only if all of them are what was uploaded.

    Raises:
        Unavailable: They are not, or there are none. So a small file is refused before its first
            byte, and a large one is cut off.
    """
    digest, size, held = hashlib.sha256(), 0, b""
    try:
        async for chunk in chunks:
            size += len(chunk)
            if size > file.upload.size:
                break
            digest.update(chunk)
            if held:
                yield held
            held = chunk
    except NotFound:
        size = -1
    if size != file.upload.size or digest.hexdigest() != file.upload.sha256:
        log.error("Assistant %s: %s", file.assistant_id, damaged(file))
        raise Unavailable(damaged(file))
    if held:
        yield held
