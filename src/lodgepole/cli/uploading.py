"""Uploading many files and watching each until it can be searched."""

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from lodgepole.cli.command_shape import UsageError
from lodgepole.cli.screen import say, size
from lodgepole.cli.waiting import pause
from lodgepole.client.api_client import Client, JsonObject, Unreachable
from lodgepole.control_characters import visible
from lodgepole.errors import InvalidRequest, LodgepoleError, NotFound, Unauthenticated
from lodgepole.library.uploads import file_kind

if TYPE_CHECKING:
    from rich.progress import TaskID

SENT_SHARE = 10  # percent of a bar for sending; the rest is reading and indexing
ASKED_ONE_BY_ONE = 20  # files; of more, all that the assistant has are listed


@dataclass(frozen=True, slots=True, kw_only=True)
class Uploaded:
    """Outcome of one file."""

    path: Path
    file_id: str | None
    error: str | None  # None: it can be searched
    notice: str | None = None  # what was left out of it

    def as_json(self) -> JsonObject:
        status = "Available" if self.error is None else "Failed"
        return {
            "path": str(self.path),
            "id": self.file_id,
            "status": status,
            "error_message": self.error,
            "notice": self.notice,
        }


def gather(paths: Iterable[Path]) -> tuple[list[Path], list[Path]]:
    """The files to upload, in order, and those found in folders that no parser reads.

    A file that is named itself is always taken, so that the server may say what is wrong with
    it. In folders, hidden names are passed over.

    Raises:
        UsageError: A path does not exist.
    """
    taken: list[Path] = []
    left_out: list[Path] = []
    for path in paths:
        if path.is_dir():
            for inner in _below(path):
                (taken if _is_read(inner) else left_out).append(inner)
        elif path.is_file():
            taken.append(path)
        else:
            raise UsageError(f"There is no file or folder {str(path)!r}.")
    return taken, left_out


def upload_all(
    client: Client,
    assistant: str,
    paths: Sequence[Path],
    *,
    metadata: JsonObject | None = None,
    multimodal: bool = False,
    quiet: bool = False,
) -> list[Uploaded]:
    """Send the files one by one, then wait until each is searchable or has failed; in order.

    Raises:
        Unauthenticated: The key is not known.
        NotFound: There is no such assistant.
        LodgepoleError: The server went away.
    """
    results: dict[Path, Uploaded] = {}
    waiting: dict[Path, JsonObject] = {}
    paths = list(dict.fromkeys(paths))
    with _board(paths, quiet=quiet) as board:
        for path in paths:
            try:
                waiting[path] = client.upload_file(
                    assistant,
                    path,
                    metadata=metadata,
                    multimodal=multimodal,
                    sent=partial(board.sent, path),
                )
            except (Unauthenticated, NotFound, Unreachable):
                raise
            except (LodgepoleError, OSError) as error:
                results[path] = Uploaded(path=path, file_id=None, error=str(error))
                board.failed(path, str(error))
        while waiting:
            for path, operation in list(waiting.items()):
                state = client.operation(assistant, operation["id"])
                if state["status"] == "Processing":
                    board.moved(path, int(state.get("percent_complete") or 0))
                    continue
                results[path] = _settled(path, state)
                board.settled(path, results[path])
                del waiting[path]
            if waiting:
                pause()
    return _with_notices(client, assistant, [results[path] for path in paths])


def _with_notices(client: Client, assistant: str, results: Sequence[Uploaded]) -> list[Uploaded]:
    """The outcomes with what each file's reader knowingly left out."""
    ready = [result for result in results if result.error is None and result.file_id]
    if len(ready) > ASKED_ONE_BY_ONE:
        told = {file["id"]: file.get("notice") for file in client.files(assistant)}
    else:
        told = {
            one.file_id: client.file(assistant, one.file_id).get("notice")
            for one in ready
            if one.file_id
        }
    return [replace(result, notice=told.get(result.file_id or "")) for result in results]


def _settled(path: Path, operation: JsonObject) -> Uploaded:
    error = None
    if operation["status"] != "Completed":
        error = operation.get("error_message") or "The server gave no reason."
    return Uploaded(path=path, file_id=operation.get("file_id"), error=error)


def _below(folder: Path) -> Iterator[Path]:
    for base, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (Path(base, name) for name in sorted(names) if not name.startswith("."))


def _is_read(path: Path) -> bool:
    try:
        file_kind(path.name)
    except InvalidRequest:
        return False
    return True


# --- what is seen meanwhile -------------------------------------------------------------------


class _Board(Protocol):
    def __enter__(self) -> "_Board": ...
    def __exit__(self, *_: object) -> None: ...
    def sent(self, path: Path, count: int) -> None: ...
    def moved(self, path: Path, percent: int) -> None: ...
    def failed(self, path: Path, error: str) -> None: ...
    def settled(self, path: Path, result: Uploaded) -> None: ...


def _board(paths: Sequence[Path], *, quiet: bool) -> _Board:
    if quiet:
        return _Silence()
    if sys.stdout.isatty():
        return _Bars(paths)
    return _Lines()


class _Silence:
    def __enter__(self) -> "_Silence":
        return self

    def __exit__(self, *_: object) -> None: ...

    def sent(self, path: Path, count: int) -> None: ...

    def moved(self, path: Path, percent: int) -> None: ...

    def failed(self, path: Path, error: str) -> None: ...

    def settled(self, path: Path, result: Uploaded) -> None: ...


class _Lines(_Silence):
    """One line when a file is sent and one when it is done, for logs and pipes."""

    def __init__(self) -> None:
        self._sent: set[Path] = set()

    def __enter__(self) -> "_Lines":
        return self

    def sent(self, path: Path, count: int) -> None:
        total = path.stat().st_size
        if count >= total and path not in self._sent:
            self._sent.add(path)
            say(f"  {path.name}: sent {size(total)}")

    def failed(self, path: Path, error: str) -> None:
        say(f"  {path.name}: failed. {error}")

    def settled(self, path: Path, result: Uploaded) -> None:
        if result.error is None:
            say(f"  {path.name}: ready")
        else:
            self.failed(path, result.error)


class _Bars(_Silence):
    """One bar a file: sending, then reading and indexing."""

    def __init__(self, paths: Sequence[Path]) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

        self._progress = Progress(
            TextColumn("  {task.description}", markup=False),
            BarColumn(bar_width=28),
            TextColumn("{task.percentage:>3.0f} %"),
            TextColumn("{task.fields[state]}", markup=False),
            TimeElapsedColumn(),
            console=Console(file=sys.stdout, highlight=False),
        )
        width = max((len(path.name) for path in paths), default=0)
        self._tasks: dict[Path, TaskID] = {
            path: self._progress.add_task(
                visible(path.name).ljust(width), total=100, start=False, state="waiting"
            )
            for path in paths
        }

    def __enter__(self) -> "_Bars":
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def sent(self, path: Path, count: int) -> None:
        task = self._tasks[path]
        self._progress.start_task(task)
        share = count / max(1, path.stat().st_size)
        state = "sending" if share < 1 else "processing"
        self._progress.update(task, completed=SENT_SHARE * share, state=state)

    def moved(self, path: Path, percent: int) -> None:
        done = SENT_SHARE + percent * (100 - SENT_SHARE) / 100
        self._progress.update(self._tasks[path], completed=done, state="processing")

    def failed(self, path: Path, error: str) -> None:
        self._progress.update(self._tasks[path], state=f"failed: {visible(error)}")
        self._progress.stop_task(self._tasks[path])

    def settled(self, path: Path, result: Uploaded) -> None:
        if result.error is not None:
            self.failed(path, result.error)
            return
        self._progress.update(self._tasks[path], completed=100, state="ready")
        self._progress.stop_task(self._tasks[path])
