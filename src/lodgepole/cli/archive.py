"""`lodgepole export` and `lodgepole import`: a whole assistant in one file, over the public API.

The file is a ZIP archive of stored members: `lodgepole.json` says what the assistant is and which
file each other member holds, with its size and SHA-256. Nothing is compressed, so that no member
is larger than it looks. With passages, each file has a second member of JSON lines: the embedder,
then the passages with their vectors; whoever imports it uses them where the embedder is the same.
"""

import base64
import contextlib
import hashlib
import os
import re
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import google_crc32c
import orjson
import typer

import lodgepole
from lodgepole.cli.command_shape import UsageError
from lodgepole.cli.connection import (
    AssistantArgument,
    DataDirOption,
    JsonOption,
    UrlOption,
    connect,
)
from lodgepole.cli.screen import say, show_json, size
from lodgepole.cli.waiting import pause
from lodgepole.client.api_client import Client, JsonObject
from lodgepole.client.sources import SourcesClient
from lodgepole.errors import (
    AlreadyExists,
    Conflict,
    InvalidRequest,
    LodgepoleError,
    NotFound,
    TooLarge,
    Unavailable,
)

FORMAT = 1
MANIFEST = "lodgepole.json"
MANIFEST_BYTES = 256 * 1024 * 1024
CHUNK_BYTES = 1024 * 1024
SOURCE = ("id", "url", "every_seconds", "include", "exclude", "metadata", "rules", "credential")
KEPT = ("id", "name", "metadata", "multimodal", "size", "crc32c_hash")
FILE_ID = re.compile(r"[A-Za-z0-9_-]{1,128}")
SETTINGS = ("name", "instructions", "metadata")


def export(
    assistant: AssistantArgument,
    *,
    output: Annotated[Path, typer.Option("--output", "-o", help="The file to write.")],
    with_passages: Annotated[
        bool,
        typer.Option(
            "--with-passages",
            help="Also what files were cut into, with vectors: an import by the same embedder is "
            "quicker.",
        ),
    ] = False,
    as_json: JsonOption = False,
    url: UrlOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Write an assistant into one file: its settings, and its files as they were uploaded.

    Exits with 1 when a file's bytes could not be had; all others are in the export.
    """
    if output.exists():
        raise Conflict(f"{output} is there already: choose another name, or remove it.")
    with connect(url, data_dir) as client:
        result = write_export(client, assistant, output, with_passages=with_passages)
    if as_json:
        show_json({"output": str(output), **result})
    else:
        for missing in result["left_out"]:
            say(f"  {missing['name']} ({missing['id']}): left out, it is {missing['status']}.")
        say(f"{result['files']} files of {assistant} are in {output} ({size(result['size'])}).")
    if result["left_out"]:
        raise typer.Exit(1)


def import_(
    source: Annotated[Path, typer.Argument(help="A file that `export` wrote.")],
    *,
    name: Annotated[
        str | None,
        typer.Option(help="The new assistant's name. Default: the old one's.", show_default=False),
    ] = None,
    as_json: JsonOption = False,
    url: UrlOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Make an assistant of an exported file, and wait until its files can be searched.

    Every byte is checked before anything is made. Exits with 1 if any file failed.
    """
    with connect(url, data_dir) as client, opened(source) as exported:
        wanted = name or str(exported.assistant["name"])
        failed = read_import(client, exported, wanted)
        left_out = _add_sources(client, exported, wanted)
        model_error = _set_default_model(client, exported, wanted)
    if as_json:
        told: JsonObject = {"assistant": wanted, "files": len(exported.files), "failed": failed}
        if exported.sources:
            told |= {"sources": len(exported.sources), "sources_left_out": left_out}
        if model_error:
            told["default_model_left_out"] = model_error
        show_json(told)
    else:
        if model_error:
            say(f"  default model: left out. {model_error}")
        for source_ in left_out:
            say(f"  source {source_['url']}: left out. {source_['error']}")
        if len(exported.sources) > len(left_out):
            say("Its sources are there and paused: lodgepole sources resume ID")
        for file in failed:
            say(f"  {file['name']}: failed. {file['error']}")
        say(f"{len(exported.files) - len(failed)} of {len(exported.files)} files are in {wanted}.")
    if failed:
        raise typer.Exit(1)


# --- writing ----------------------------------------------------------------------------------


def write_export(
    client: Client, assistant: str, output: Path, *, with_passages: bool = False
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
            manifest = {
                "format": FORMAT,
                "release": lodgepole.__version__,
                "assistant": settings | _default_model(client, assistant),
                "sources": _sources(client, assistant),
                "files": entries,
            }
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


# --- reading ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Exported:
    """An export that was checked. Use it as a context."""

    assistant: JsonObject
    files: tuple[JsonObject, ...]
    archive: zipfile.ZipFile
    sources: tuple[JsonObject, ...] = ()

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
        sources = tuple({key: source.get(key) for key in SOURCE} for source in sources)
    except (AttributeError, KeyError, TypeError, orjson.JSONDecodeError) as error:
        raise InvalidRequest(f"{source} is damaged: {error} in {MANIFEST}.") from error
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError) as error:
        raise InvalidRequest(f"{source} is damaged: {error}.") from error
    except RuntimeError as error:  # zipfile's of what is encrypted, or compressed otherwise
        raise InvalidRequest(f"{source} cannot be read: {error}.") from error
    return Exported(assistant, tuple(files), archive, sources)


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
    for chunk in _chunks(archive, member):
        digest.update(chunk)
        crc.update(chunk)
    if digest.hexdigest() != member["sha256"]:
        raise InvalidRequest(f"The export is damaged: {what} is not what was written.")
    return base64.b64encode(crc.digest()).decode()


def _chunks(archive: zipfile.ZipFile, member: JsonObject) -> Iterator[bytes]:
    with archive.open(member["member"]) as stream:
        while chunk := stream.read(CHUNK_BYTES):
            yield chunk


def read_import(client: Client, exported: Exported, name: str) -> list[JsonObject]:
    """Make the assistant and its files, under the ids that they had; those that failed.

    Of an import that breaks off nothing is left.

    Raises:
        Conflict: An assistant of that name is there.
    """
    settings = exported.assistant
    try:
        client.create_assistant(
            name, instructions=settings.get("instructions"), metadata=settings.get("metadata")
        )
    except AlreadyExists as error:
        raise Conflict(f"There is an assistant {name!r}: choose another with --name.") from error
    try:
        waiting = [(file, _read_file(client, exported, name, file)) for file in exported.files]
    except BaseException:
        with contextlib.suppress(LodgepoleError):  # else its owner sees it, and deletes it
            client.delete_assistant(name)
        raise
    return [failed for file, op in waiting if (failed := _ended(client, name, file, op))]


def _read_file(client: Client, exported: Exported, assistant: str, file: JsonObject) -> JsonObject:
    """The operation that makes a file."""
    with tempfile.TemporaryDirectory(prefix="lodgepole-import-") as folder:
        path = Path(folder, "file")
        with path.open("wb") as stream:
            for chunk in _chunks(exported.archive, file):
                stream.write(chunk)
        _give_passages(client, exported, assistant, file)
        return client.upsert_file(
            assistant,
            file["id"],
            path,
            name=file["name"],
            metadata=file["metadata"],
            multimodal=bool(file["multimodal"]),
        )


def _add_sources(client: Client, exported: Exported, name: str) -> list[JsonObject]:
    """Add the sources, paused, under the ids that their files name; those that could not be."""
    left_out: list[JsonObject] = []
    for source in exported.sources:
        try:
            given = {key: source[key] for key in SOURCE if key != "url"}
            SourcesClient(client).add(name, source["url"], paused=True, **given)
        except LodgepoleError as error:
            left_out.append({"url": source["url"], "error": str(error)})
    return left_out


def _set_default_model(client: Client, exported: Exported, name: str) -> str | None:
    """Why the model that answered by default cannot do so here, or None."""
    model = exported.assistant.get("default_model")
    if model:
        try:
            client.update_assistant(name, default_model=str(model))
        except LodgepoleError as error:
            return str(error)
    return None


def _give_passages(client: Client, exported: Exported, assistant: str, file: JsonObject) -> None:
    """Passages save work and nothing else: a server that does not take them embeds anew."""
    if "passages" not in file:
        return
    with contextlib.suppress(NotFound, TooLarge):
        client.give_passages(assistant, file["id"], _chunks(exported.archive, file["passages"]))


def _ended(
    client: Client, assistant: str, file: JsonObject, operation: JsonObject
) -> JsonObject | None:
    """How the file failed, or None."""
    state: dict[str, Any] = operation
    while state["status"] == "Processing":
        state = client.operation(assistant, operation["id"])
        if state["status"] == "Processing":
            pause()
    if state["status"] == "Completed":
        return None
    return {"name": file["name"], "id": file["id"], "error": state.get("error_message")}
