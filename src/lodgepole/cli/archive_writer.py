"""Writes a whole assistant into one file, in the format that `archive_reader` describes."""

import hashlib
import os
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import orjson

import lodgepole
from lodgepole.cli.archive_reader import CONVERSATIONS, FORMAT, MANIFEST, SOURCE
from lodgepole.client.api_client import Client, JsonObject
from lodgepole.client.conversations import ConversationsClient
from lodgepole.client.sources import SourcesClient
from lodgepole.errors import NotFound, Unavailable

KEPT = ("id", "name", "metadata", "multimodal", "size", "crc32c_hash")
SETTINGS = ("name", "instructions", "metadata")


def write_export(
    client: Client,
    assistant: str,
    output: Path,
    *,
    with_passages: bool = False,
    with_conversations: bool = False,
) -> JsonObject:
    """Stream everything into `output`, which is whole or not there.

    Raises:
        NotFound: There is no such assistant.
        Unavailable: A file arrived with other bytes than it has, or the disk is full.
    """
    described = client.assistant(assistant)
    settings = {key: described.get(key) for key in SETTINGS}
    files = list(client.files(assistant))[::-1]  # oldest first, so that an import keeps the order
    entries: list[JsonObject] = []
    left_out: list[JsonObject] = []
    draft = output.with_name(f".{output.name}.{os.getpid()}")
    try:
        draft.touch(0o600, exist_ok=False)  # it holds what the data directory hides from others
        with zipfile.ZipFile(draft, "w", zipfile.ZIP_STORED) as archive:
            for file in files:
                link = _link(client, assistant, file)
                if link is None:
                    left_out.append({key: file[key] for key in ("id", "name", "status")})
                    continue
                member = f"files/{len(entries):06d}"
                digest = _write_member(archive, member, client.download(link), file)
                entry = {**_kept(file), "member": member, "sha256": digest}
                if with_passages and file["status"] == "Available":
                    entry["passages"] = _write_passages(archive, member, client, assistant, file)
                entries.append(entry)
            manifest: JsonObject = {
                "format": FORMAT,
                "release": lodgepole.__version__,
                "assistant": settings | _default_model(client, assistant),
                "sources": _sources(client, assistant),
                "files": entries,
            }
            if with_conversations:
                manifest["conversations"] = _write_conversations(archive, client, assistant)
            text = orjson.dumps(manifest, option=orjson.OPT_INDENT_2)
            archive.writestr(_member(MANIFEST), text)
        with draft.open("rb") as written:
            os.fsync(written.fileno())
        draft.replace(output)
    except OSError as error:
        raise Unavailable(f"Cannot write {output}: {error.strerror}.") from error
    finally:
        draft.unlink(missing_ok=True)
    return {"files": len(entries), "size": output.stat().st_size, "left_out": left_out}


def _write_conversations(archive: zipfile.ZipFile, client: Client, assistant: str) -> JsonObject:
    """Those of the key, the one used last first."""
    conversations = ConversationsClient(client)
    lines = (conversations.get(one["id"]) for one in conversations.list(assistant))
    return _write_lines(archive, CONVERSATIONS, lines)


def _write_lines(archive: zipfile.ZipFile, name: str, lines: Iterable[JsonObject]) -> JsonObject:
    digest, size_, count = hashlib.sha256(), 0, 0
    with archive.open(_member(name), "w", force_zip64=True) as stream:
        for line in lines:
            data = orjson.dumps(line) + b"\n"
            stream.write(data)
            digest.update(data)
            size_ += len(data)
            count += 1
    return {"member": name, "size": size_, "sha256": digest.hexdigest(), "count": count}


def _write_passages(
    archive: zipfile.ZipFile, member: str, client: Client, assistant: str, file: JsonObject
) -> JsonObject:
    name, digest, count = member.replace("files/", "passages/"), hashlib.sha256(), 0
    size_ = 0
    with archive.open(_member(name), "w", force_zip64=True) as stream:
        for number, part in enumerate(client.passages(assistant, file["id"])):
            head = [] if number else [{"embedder": part["embedder"]}]
            for line in (*head, *part["passages"]):
                data = orjson.dumps(line) + b"\n"
                stream.write(data)
                digest.update(data)
                size_ += len(data)
            count += len(part["passages"])
    return {"member": name, "size": size_, "sha256": digest.hexdigest(), "count": count}


def _sources(client: Client, assistant: str) -> list[JsonObject]:
    """What is followed; of credentials their names alone. A server may not know of sources."""
    try:
        found = list(SourcesClient(client).list(assistant))
    except NotFound:
        return []
    return [{key: source[key] for key in SOURCE} for source in found]


def _default_model(client: Client, assistant: str) -> JsonObject:
    """The model where one is set. A server may not know of such."""
    try:
        name = client.whole_assistant(assistant).get("default_model")
    except NotFound:
        return {}
    return {"default_model": name} if name else {}


def _link(client: Client, assistant: str, file: JsonObject) -> str | None:
    if file["status"] == "Deleting":
        return None
    try:
        return client.file(assistant, file["id"], include_url=True).get("signed_url")
    except NotFound:  # deleted meanwhile
        return None


def _kept(file: JsonObject) -> JsonObject:
    return {key: file.get(key) for key in KEPT}


def _member(name: str) -> zipfile.ZipInfo:
    return zipfile.ZipInfo(name)  # of 1980: the same content is the same file


def _write_member(
    archive: zipfile.ZipFile, name: str, content: Iterator[bytes], file: JsonObject
) -> str:
    digest, count = hashlib.sha256(), 0
    with archive.open(_member(name), "w", force_zip64=True) as stream:
        for chunk in content:
            stream.write(chunk)
            digest.update(chunk)
            count += len(chunk)
    if count != file["size"]:
        raise Unavailable(
            f"{file['name']} arrived with {count} bytes and has {file['size']} there. It may have "
            "been replaced meanwhile: export again."
        )
    return digest.hexdigest()
