"""Two-way synchronisation of a folder with an assistant's files.

Files belong together by their path below the folder, which metadata keep as `path`, and are the
same when size and CRC-32C are. What is planned is a value, so that a dry run shows exactly what
another run would do.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from lodgepole.cli.command_shape import UsageError
from lodgepole.cli.downloading import download, has_bytes_of
from lodgepole.cli.screen import say
from lodgepole.cli.uploading import gather
from lodgepole.cli.waiting import pause, until_deleted
from lodgepole.client.api_client import Client, JsonObject, Unreachable
from lodgepole.errors import LodgepoleError, NotFound, Unauthenticated

PATH_KEY = "path"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Relative paths, in order, by what is to be done with them."""

    add: tuple[str, ...] = ()
    change: tuple[str, ...] = ()
    delete: tuple[str, ...] = ()
    same: tuple[str, ...] = ()
    left_out: Mapping[str, str] = field(default_factory=dict[str, str])  # with the reason

    def as_json(self) -> JsonObject:
        return {
            "add": list(self.add),
            "change": list(self.change),
            "delete": list(self.delete),
            "same": list(self.same),
            "left_out": dict(self.left_out),
        }

    def summary(self, *, dry_run: bool) -> str:
        lines = [f"  {path}: left out. {why}" for path, why in self.left_out.items()]
        if dry_run:
            for verb, paths in (
                ("add", self.add),
                ("change", self.change),
                ("delete", self.delete),
            ):
                lines += [f"  would {verb} {path}" for path in paths]
        lines.append(
            f"{len(self.add)} added, {len(self.change)} changed, {len(self.delete)} deleted, "
            f"{len(self.same)} the same." + (" Nothing was done." if dry_run else "")
        )
        return "\n".join(lines)


class Push:
    """The assistant is made equal to the folder."""

    def __init__(self, client: Client, assistant: str, folder: Path) -> None:
        if not folder.is_dir():
            raise UsageError(f"There is no folder {str(folder)!r}.")
        self._client = client
        self._assistant = assistant
        self._local, left_out = _local_files(folder)
        self._left_out = {str(path.relative_to(folder)): _UNREAD for path in left_out}
        self._remote, doubles = _remote_files(client, assistant)
        self._doubles = doubles

    def plan(self, *, delete: bool) -> Plan:
        shared = self._local.keys() & self._remote.keys()
        same = {path for path in shared if has_bytes_of(self._local[path], self._remote[path])}
        return Plan(
            add=tuple(sorted(self._local.keys() - shared)),
            change=tuple(sorted(shared - same)),
            delete=tuple(sorted(self._remote.keys() - shared)) if delete else (),
            same=tuple(sorted(same)),
            left_out={**self._left_out, **self._doubles},
        )

    def run(self, plan: Plan, *, quiet: bool) -> list[JsonObject]:
        """Carry it out, and wait for it; what failed, with the reasons."""
        failed: list[JsonObject] = []
        waiting: dict[str, JsonObject] = {}
        for path in (*plan.add, *plan.change):
            try:
                waiting[path] = self._send(path)
            except (Unauthenticated, NotFound, Unreachable):
                raise
            except (LodgepoleError, OSError) as error:
                failed.append(_failed(path, str(error), quiet=quiet))
        for path in plan.delete:
            operation = self._client.delete_file(self._assistant, self._remote[path]["id"])
            until_deleted(self._client, self._assistant, operation)
            _done(path, "deleted", quiet=quiet)
        while waiting:
            for path, operation in list(waiting.items()):
                state = self._client.operation(self._assistant, operation["id"])
                if state["status"] == "Processing":
                    continue
                del waiting[path]
                if state["status"] == "Completed":
                    _done(path, "ready", quiet=quiet)
                else:
                    reason = state.get("error_message") or "The server gave no reason."
                    failed.append(_failed(path, reason, quiet=quiet))
            if waiting:
                pause()
        return failed

    def _send(self, path: str) -> JsonObject:
        known = self._remote.get(path, {})
        return self._client.upsert_file(
            self._assistant,
            # The same path gives the same id, so that an interrupted run makes nothing twice.
            known.get("id") or f"path-{hashlib.sha256(path.encode()).hexdigest()[:40]}",
            self._local[path],
            metadata={**(known.get("metadata") or {}), PATH_KEY: path},
            multimodal=bool(known.get("multimodal")),
        )


class Pull:
    """The folder is made equal to the assistant."""

    def __init__(self, client: Client, assistant: str, folder: Path) -> None:
        self._client = client
        self._assistant = assistant
        self._folder = folder
        self._local = _local_files(folder)[0] if folder.exists() else {}
        found, self._left_out = _remote_files(client, assistant)
        self._remote: dict[str, JsonObject] = {}
        for path, file in found.items():
            reason = self._refusal(path, file)
            if reason is None:
                self._remote[path] = file
            else:
                self._left_out[path] = reason

    def _refusal(self, path: str, file: JsonObject) -> str | None:
        """Why the file is not written here, or None: a server does not choose where we write."""
        parts = PurePosixPath(path).parts
        if not parts or path.startswith("/") or "\\" in path or "\0" in path:
            return "Its path is not one below a folder."
        if any(part in {"..", "."} or part.startswith(".") for part in parts):
            return "Its path has a hidden part, or leaves the folder."
        target = (self._folder / path).resolve()
        if not target.is_relative_to(self._folder.resolve()):
            return "Its path leaves the folder through a link."
        if file["status"] != "Available":
            return f"It is {file['status']}."
        return None

    def plan(self, *, delete: bool) -> Plan:
        shared = self._local.keys() & self._remote.keys()
        same = {path for path in shared if has_bytes_of(self._local[path], self._remote[path])}
        kept = shared | self._left_out.keys()
        return Plan(
            add=tuple(sorted(self._remote.keys() - shared)),
            change=tuple(sorted(shared - same)),
            delete=tuple(sorted(self._local.keys() - kept)) if delete else (),
            same=tuple(sorted(same)),
            left_out=self._left_out,
        )

    def run(self, plan: Plan, *, quiet: bool) -> list[JsonObject]:
        """Carry it out; what failed, with the reasons."""
        failed: list[JsonObject] = []
        for path in (*plan.add, *plan.change):
            try:
                self._fetch(path)
                _done(path, "written", quiet=quiet)
            except (Unauthenticated, Unreachable):
                raise
            except (LodgepoleError, OSError) as error:
                failed.append(_failed(path, str(error), quiet=quiet))
        for path in plan.delete:
            self._local[path].unlink(missing_ok=True)
            _done(path, "deleted", quiet=quiet)
        return failed

    def _fetch(self, path: str) -> None:
        file = self._client.file(self._assistant, self._remote[path]["id"], include_url=True)
        target = self._folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        download(self._client, file, target)


_UNREAD = "Not a kind of file that is read."


def _local_files(folder: Path) -> tuple[dict[str, Path], list[Path]]:
    taken, left_out = gather([folder])
    return {path.relative_to(folder).as_posix(): path for path in taken}, left_out


def _remote_files(client: Client, assistant: str) -> tuple[dict[str, JsonObject], dict[str, str]]:
    """The files by their paths, newest first of several, and what is to be said of the others."""
    found: dict[str, JsonObject] = {}
    doubles: dict[str, str] = {}
    for file in client.files(assistant):
        if file["status"] == "Deleting":
            continue
        path = str((file.get("metadata") or {}).get(PATH_KEY) or file["name"])
        if path in found:
            doubles[path] = "Several files there have this path; the newest one counts."
        found.setdefault(path, file)
    return found, doubles


def _done(path: str, what: str, *, quiet: bool) -> None:
    if not quiet:
        say(f"  {path}: {what}")


def _failed(path: str, error: str, *, quiet: bool) -> JsonObject:
    if not quiet:
        say(f"  {path}: failed. {error}")
    return {"path": path, "error": error}
