"""Opens an exported assistant and checks every byte of it.

The file is a ZIP archive of stored members: `lodgepole.json` says what the assistant is and which
file each other member holds, with its size and SHA-256. Nothing is compressed, so that no member
is larger than it looks. With passages, each file has a second member of JSON lines: the embedder,
then the passages with their vectors; whoever imports it uses them where the embedder is the same.
"""

import base64
import hashlib
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import google_crc32c
import orjson

from lodgepole.cli.command_shape import UsageError
from lodgepole.client.api_client import JsonObject
from lodgepole.errors import InvalidRequest

FORMAT = 1
MANIFEST = "lodgepole.json"
MANIFEST_BYTES = 256 * 1024 * 1024
CONVERSATIONS = "conversations.jsonl"
CONVERSATION_BYTES = 64 * 1024 * 1024  # of one line; servers take less
CHUNK_BYTES = 1024 * 1024
SOURCE = ("id", "url", "every_seconds", "include", "exclude", "metadata", "rules", "credential")
FILE_ID = re.compile(r"[A-Za-z0-9_-]{1,128}")


@dataclass(frozen=True, slots=True)
class Exported:
    """An export that was checked. Use it as a context."""

    assistant: JsonObject
    files: tuple[JsonObject, ...]
    archive: zipfile.ZipFile
    sources: tuple[JsonObject, ...] = ()
    conversations: JsonObject | None = None

    def __enter__(self) -> "Exported":
        return self

    def __exit__(self, *_: object) -> None:
        self.archive.close()


def opened(source: Path) -> Exported:
    """Open an export and check every byte of it.

    Raises:
        InvalidRequest: It is none, of another format, or damaged; the message says what is wrong.
    """
    try:
        archive = zipfile.ZipFile(source)
    except FileNotFoundError as error:
        raise UsageError(f"There is no file {str(source)!r}.") from error
    except (zipfile.BadZipFile, OSError) as error:
        raise InvalidRequest(f"{source} is no export, or it was cut off: {error}.") from error
    try:
        return _checked(archive, source)
    except BaseException:
        archive.close()
        raise


def _checked(archive: zipfile.ZipFile, source: Path) -> Exported:
    try:
        info = archive.getinfo(MANIFEST)
        if info.file_size > MANIFEST_BYTES:
            raise InvalidRequest(f"{source}: {MANIFEST} is larger than any export's.")
        manifest = orjson.loads(archive.read(info))
        format_, assistant, files = manifest["format"], manifest["assistant"], manifest["files"]
        sources = manifest.get("sources") or []
        if format_ != FORMAT:
            raise InvalidRequest(
                f"{source} has format {format_}; this release reads {FORMAT}. It was written by "
                f"release {manifest.get('release')}: use that one or a newer one."
            )
        _check_as_a_whole(archive, source, assistant, files)
        for file in files:
            found = _check_member(archive, file, file["name"])
            if found != file["crc32c_hash"]:
                raise InvalidRequest(f"The export is damaged: {file['name']} has another CRC.")
            if "passages" in file:
                _check_member(archive, file["passages"], f"the passages of {file['name']}")
        talks = manifest.get("conversations")
        if talks is not None:
            _check_member(archive, talks, "the conversations")
        sources = tuple({key: source.get(key) for key in SOURCE} for source in sources)
    except (AttributeError, KeyError, TypeError, orjson.JSONDecodeError) as error:
        raise InvalidRequest(f"{source} is damaged: {error} in {MANIFEST}.") from error
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError) as error:
        raise InvalidRequest(f"{source} is damaged: {error}.") from error
    except RuntimeError as error:  # zipfile's of what is encrypted, or compressed otherwise
        raise InvalidRequest(f"{source} cannot be read: {error}.") from error
    return Exported(assistant, tuple(files), archive, sources, talks)


def _check_as_a_whole(
    archive: zipfile.ZipFile, source: Path, assistant: JsonObject, files: Sequence[JsonObject]
) -> None:
    """What no member shows by itself; nothing is read for it. Raises InvalidRequest."""
    names = archive.namelist()
    if len(set(names)) < len(names):
        raise InvalidRequest(f"{source} is damaged: it has two members of one name.")
    ids = [file["id"] for file in files]
    if len(set(ids)) < len(ids) or not all(FILE_ID.fullmatch(id_) for id_ in ids):
        raise InvalidRequest(f"{source} is damaged: its files have no proper ids of their own.")
    shapes: list[Any] = [assistant, *(file["metadata"] or {} for file in files)]
    if not all(isinstance(shape, dict) for shape in shapes):
        raise InvalidRequest(f"{source} is damaged: what should be an object in it is none.")
    members = [*files, *(file["passages"] for file in files if "passages" in file)]
    if sum(member["size"] for member in members) > source.stat().st_size:
        raise InvalidRequest(f"{source} is damaged: its members say they are larger than it is.")


def _check_member(archive: zipfile.ZipFile, member: JsonObject, what: str) -> str:
    """The CRC-32C of a member that is what was written. Raises InvalidRequest."""
    info = archive.getinfo(member["member"])
    if info.compress_type != zipfile.ZIP_STORED or info.file_size != member["size"]:
        raise InvalidRequest(f"The export is damaged: {what} has another size.")
    digest, crc = hashlib.sha256(), google_crc32c.Checksum()
    for chunk in member_chunks(archive, member):
        digest.update(chunk)
        crc.update(chunk)
    if digest.hexdigest() != member["sha256"]:
        raise InvalidRequest(f"The export is damaged: {what} is not what was written.")
    return base64.b64encode(crc.digest()).decode()


def conversations_of(exported: Exported) -> Iterator[JsonObject]:
    """The conversations that came along, the oldest last. Raises InvalidRequest."""
    if exported.conversations is None:
        return
    with exported.archive.open(exported.conversations["member"]) as stream:
        while line := stream.readline(CONVERSATION_BYTES):
            try:
                read = orjson.loads(line)
                yield {"title": read["title"], "messages": read["messages"]}
            except (orjson.JSONDecodeError, KeyError, TypeError) as error:
                raise InvalidRequest(
                    f"A conversation in the export is damaged: {error}."
                ) from error


def member_chunks(archive: zipfile.ZipFile, member: JsonObject) -> Iterator[bytes]:
    """The bytes of a member, in chunks."""
    with archive.open(member["member"]) as stream:
        while chunk := stream.read(CHUNK_BYTES):
            yield chunk
