"""Atomic download of a file's original bytes."""

import base64
import os
from pathlib import Path

import google_crc32c

from lodgepole.client.api_client import Client, JsonObject
from lodgepole.errors import Unavailable

CHUNK_BYTES = 1024 * 1024


def download(client: Client, file: JsonObject, target: Path) -> None:
    """Write the file that the API describes, with its signed URL, in the place of `target`.

    Raises:
        Unavailable: It has no link yet, what arrived differs from it, or the target cannot be
            written.
    """
    if not file.get("signed_url"):
        raise Unavailable(f"{file['name']} is {file['status']}; it has no link to fetch it by.")
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        with draft.open("wb") as stream:
            for chunk in client.download(file["signed_url"]):
                stream.write(chunk)
        if not has_bytes_of(draft, file):
            raise Unavailable("It arrived with other bytes than it has there; try again.")
        draft.replace(target)
    except OSError as error:
        raise Unavailable(f"Cannot write {target}: {error.strerror}.") from error
    finally:
        draft.unlink(missing_ok=True)


def has_bytes_of(path: Path, file: JsonObject) -> bool:
    """Whether the size and the checksum are those that the API says of the file."""
    return path.stat().st_size == file.get("size") and crc32c(path) == file.get("crc32c_hash")


def crc32c(path: Path) -> str:
    """Return the CRC-32C as the API writes it: base64, big-endian."""
    checksum = google_crc32c.Checksum()
    with path.open("rb") as stream:
        while chunk := stream.read(CHUNK_BYTES):
            checksum.update(chunk)
    return base64.b64encode(checksum.digest()).decode()
