"""`lodgepole doctor`: what may keep a machine or a deployment from working, and what to do."""

import asyncio
import fcntl
import os
import resource
import shutil
import socket
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import typer

from lodgepole.adapters.ocr.tesseract import find_tesseract
from lodgepole.cli.connection import (
    DataDirOption,
    JsonOption,
    UrlOption,
    connect,
    load_settings,
)
from lodgepole.cli.screen import count, say, show_json, size
from lodgepole.errors import LodgepoleError, Unauthenticated

if TYPE_CHECKING:
    from lodgepole.adapters.databases.sql.server_probe import DatabaseFound
    from lodgepole.runtime.settings import Settings

OLDEST_PYTHON = (3, 11)
FREE_BYTES = 2_000_000_000
OPEN_FILES = 1024
OLDEST_POSTGRES = 150_000
OLDEST_VECTOR = (0, 7)
CLOCK_SECONDS = 5.0
SILENCE_SECONDS = 10.0  # of a server that should answer at once
STYLES = {"ok": "green", "warning": "yellow", "problem": "red"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    state: Literal["ok", "warning", "problem"]
    what: str
    found: str
    advice: str = ""


def doctor(
    *,
    as_json: JsonOption = False,
    url: UrlOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Check this machine, or with --url a deployment, and say what to do; changes nothing.

    Exits with 1 when there is a problem; a warning is none.
    """
    settings = load_settings(url=url, data_dir=data_dir)
    findings: list[Finding] = []
    looks: list[Callable[[], Iterator[Finding]]] = [lambda: _server(url, data_dir)]
    if url is None:
        looks = [
            _python,
            lambda: _directory(settings),
            lambda: _shared(settings),
            lambda: _disk(settings),
            _open_files,
            lambda: _port(settings),
            lambda: _recognition(settings),
            lambda: _model(settings),
            *looks,
        ]
    for look in looks:
        for finding in look():
            findings.append(finding)
            if not as_json:
                _show(finding)
    problems = sum(finding.state == "problem" for finding in findings)
    if as_json:
        show_json({"problems": problems, "findings": [asdict(finding) for finding in findings]})
    if problems:
        raise typer.Exit(1)


def _show(finding: Finding) -> None:
    say(f"{finding.state:8}", style=STYLES[finding.state], end="")
    say(f"{finding.what}: {finding.found}")
    if finding.advice:
        say(f"        {finding.advice}")


def _python() -> Iterator[Finding]:
    found = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info[:2] < OLDEST_PYTHON:
        yield Finding("problem", "Python", found, "Install Python 3.11 or newer.")
    else:
        yield Finding("ok", "Python", found)


def _directory(settings: "Settings") -> Iterator[Finding]:
    path = settings.data_dir
    what = "Data directory"
    if not path.exists():
        above = next(parent for parent in path.parents if parent.exists())
        if os.access(above, os.W_OK):
            yield Finding("ok", what, f"{path} will be made at the first start")
        else:
            advice = f"Make {above} writable for this user, or choose another with --data-dir."
            yield Finding("problem", what, f"{path} cannot be made", advice)
        return
    if not os.access(path, os.R_OK | os.W_OK | os.X_OK):
        advice = f"Give it to this user: chown -R {os.getuid()} {path}"
        yield Finding("problem", what, f"{path} cannot be written", advice)
        return
    mode = path.stat().st_mode & 0o777
    if mode & 0o077:
        advice = f"Others on this machine can look into it: chmod 700 {path}"
        yield Finding("warning", what, f"{path} has mode {mode:o}", advice)
    else:
        yield Finding("ok", what, str(path))
    yield _holder(path)


def _shared(settings: "Settings") -> Iterator[Finding]:
    """Database and bucket of many machines; nothing on one."""
    if settings.database_url is None or settings.blob_url is None:
        return
    # All drivers, seconds of CPU that one machine does not need.
    from lodgepole.runtime import storage

    yield from asyncio.run(_of_database(storage.probe_database(settings)))
    try:
        asyncio.run(storage.bucket(settings).check())
    except LodgepoleError as error:
        advice = "Look at its name, at the AWS_* variables, and at what this key may do."
        yield Finding("problem", "Bucket", str(error), advice)
    else:
        yield Finding("ok", "Bucket", f"{settings.blob_url} answers")


async def _of_database(probing: Awaitable["DatabaseFound"]) -> list[Finding]:
    try:
        found = await probing
    except LodgepoleError as error:
        advice = "Look at LODGEPOLE_DATABASE_URL, and whether this machine may connect."
        return [Finding("problem", "Database", str(error), advice)]
    findings = [Finding("ok", "Database", f"PostgreSQL {found.version} answers")]
    if found.version_number < OLDEST_POSTGRES:
        advice = "Upgrade it: PostgreSQL 15 is the oldest that is supported."
        findings[0] = Finding("problem", "Database", f"PostgreSQL {found.version}", advice)
    if found.vector is None:
        advice = "Install pgvector 0.7 or newer on the database's server."
        findings.append(Finding("problem", "pgvector", "not there", advice))
    elif found.vector_number < OLDEST_VECTOR:
        advice = "Upgrade it to 0.7 or newer, then: ALTER EXTENSION vector UPDATE"
        findings.append(Finding("problem", "pgvector", found.vector, advice))
    else:
        findings.append(Finding("ok", "pgvector", found.vector))
    if found.recovering:
        advice = "Name the primary: a replica cannot be written."
        findings.append(Finding("problem", "Role", "a replica", advice))
    skew = abs(found.skew_seconds)
    if skew > CLOCK_SECONDS:
        advice = "Have both keep time (NTP): leases are told by this machine's clock."
        findings.append(Finding("warning", "Clock", f"{skew:.1f} s from the database's", advice))
    else:
        findings.append(Finding("ok", "Clock", f"{skew:.1f} s from the database's"))
    return findings


def _holder(path: Path) -> Finding:
    """Who holds the directory, without taking hold of it."""
    try:
        with (path / "lock").open("rb") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except OSError:
                holder = lock.read(20).decode(errors="replace").strip()
                return Finding("ok", "Lock", f"held by the server, process {holder}")
    except OSError:
        pass
    return Finding("ok", "Lock", "free: no server runs here")


def _disk(settings: "Settings") -> Iterator[Finding]:
    path = next(it for it in (settings.data_dir, *settings.data_dir.parents) if it.exists())
    free = shutil.disk_usage(path).free
    if free < FREE_BYTES:
        advice = "Make room: uploads are refused when the disk is full, and nothing is lost."
        yield Finding("warning", "Disk", f"{size(free)} free at {path}", advice)
    else:
        yield Finding("ok", "Disk", f"{size(free)} free at {path}")


def _open_files() -> Iterator[Finding]:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < OPEN_FILES:
        advice = f"Raise it before the start: ulimit -n {min(4096, hard)}"
        yield Finding("warning", "Open files", f"at most {soft}", advice)
    else:
        yield Finding("ok", "Open files", f"at most {soft}")


def _port(settings: "Settings") -> Iterator[Finding]:
    if settings.port == 0:
        return
    what = f"Port {settings.port} on {settings.host}"
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            settings.host, settings.port, type=socket.SOCK_STREAM
        )[0]
        with socket.socket(family, kind, protocol) as tried:
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            tried.bind(address)
    except OSError as error:
        advice = "That may be the server itself; else choose another: --port or LODGEPOLE_PORT."
        yield Finding("warning", what, f"cannot be taken ({error.strerror})", advice)
    else:
        yield Finding("ok", what, "free")


def _recognition(settings: "Settings") -> Iterator[Finding]:
    what = "Text recognition"
    if not settings.ocr_languages:
        yield Finding("ok", what, "switched off")
    elif find_tesseract(settings.ocr_languages) is not None:
        yield Finding("ok", what, f"Tesseract, {', '.join(settings.ocr_languages)}")
    else:
        advice = (
            "Scanned pages stay unread without it: install Tesseract with the data of "
            f"{', '.join(settings.ocr_languages)}, or lodgepole[ocr]."
        )
        yield Finding("warning", what, "no Tesseract with these languages", advice)


def _model(settings: "Settings") -> Iterator[Finding]:
    """Opened as the server does, which tests it against known vectors; then asked."""
    try:
        found = asyncio.run(_embed(settings))
    except LodgepoleError as error:
        yield Finding("problem", "Embedder", str(error))
    else:
        yield Finding("ok", "Embedder", found)


async def _embed(settings: "Settings") -> str:
    # An inference engine, a second of CPU that `--help` does not need.
    from lodgepole.runtime.embedders import open_embedders

    async with AsyncExitStack() as stack:
        embedders = await open_embedders(settings, stack)
        await embedders.configured.embed_query("Does it work?")
        identity = embedders.configured.identity
        return f"{identity.model} by {identity.engine} answers"


def _server(url: str | None, data_dir: Path | None) -> Iterator[Finding]:
    with connect(url, data_dir, answer_seconds=SILENCE_SECONDS) as client:
        try:
            held = sum(1 for _ in client.assistants())
        except Unauthenticated:
            yield Finding("ok", "Server", f"answers at {client.url}")
            advice = (
                "Set LODGEPOLE_API_KEY to one of the server's keys; on its machine "
                "`lodgepole keys create NAME` makes one."
            )
            yield Finding("problem", "Key", "the server does not know it", advice)
        except LodgepoleError as error:
            state = "warning" if url is None else "problem"
            yield Finding(state, "Server", str(error))
        else:
            yield Finding("ok", "Server", f"answers at {client.url}")
            yield Finding("ok", "Key", f"accepted; {count(held, 'assistant')}")
            yield Finding("ok", "Python SDK", f'Pinecone(api_key="...", host="{client.url}")')
