"""Real processes killed by SIGKILL at random moments, while documents come, change and go.

Afterwards everything that was accepted must be there, and nothing else: each Available file is
found by the word that only its newest content holds, no older or deleted word is found, and
`lodgepole verify` finds nothing missing and nothing left over.

    python scripts/chaos/one_machine.py --kills 200 --seed 1
"""

import argparse
import asyncio
import contextlib
import io
import json
import os
import random
import signal
import socket
import sqlite3
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import docx
import httpx2
from reportlab.pdfgen.canvas import Canvas

KINDS = ("txt", "md", "json", "jsonl", "docx", "pdf")
ASSISTANTS = ("one", "two", "three")
FILES_MOST = 30  # of one writer
KEY = "key-of-the-chaos"
NO_BLAME = {
    "LODGEPOLE_LIMITS__OPERATION_DEATHS": "1000",
    "LODGEPOLE_LIMITS__OPERATION_CLAIMS": "1000",
}
"""It is not the files that the processes die of here."""
SETTLE_SECONDS = 240.0
VERSION = "2026-07"


def seeded(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311  a plan that can be repeated, not a secret


def document(kind: str, word: str, chance: random.Random) -> bytes:
    """A small document that alone holds `word`."""
    filler = " ".join(
        chance.choice(("harbour", "tide", "light", "keeper", "storm")) for _ in range(120)
    )
    text = f"The {word} was seen. {filler}. Nobody else saw the {word} again."
    match kind:
        case "json":
            return json.dumps({"title": "Log", "entries": [{"text": text}]}).encode()
        case "jsonl":
            return "\n".join(json.dumps({"line": n, "text": text}) for n in range(3)).encode()
        case "docx":
            made = docx.Document()
            made.add_paragraph(text)
            stream = io.BytesIO()
            made.save(stream)
            return stream.getvalue()
        case "pdf":
            stream = io.BytesIO()
            canvas = Canvas(stream)
            for _ in range(chance.randint(1, 4)):
                canvas.drawString(72, 700, f"The {word} was seen.")
                canvas.drawString(72, 680, filler[:80])
                canvas.showPage()
            canvas.save()
            return stream.getvalue()
        case _:
            return text.encode()


@dataclass(slots=True)
class Tracked:
    """One file: what was asked of it, in order."""

    assistant: str
    id: str
    possible: set[str | None] = field(default_factory=set)
    """What its content may be now: a word, or None for no file."""
    words: list[str] = field(default_factory=list)
    last_change: float = 0.0
    busy: bool = False

    def accepted(self, word: str | None) -> None:
        self.possible = {word}
        self.last_change = time.monotonic()

    def unanswered(self, word: str | None) -> None:
        """The connection broke: it may have been accepted or not."""
        self.possible.add(word)
        self.last_change = time.monotonic()


@dataclass(slots=True)
class Story:
    accepted: int = 0
    unanswered: int = 0
    refused: int = 0
    looks: int = 0
    kills: dict[str, int] = field(default_factory=lambda: {"server": 0, "worker": 0, "parser": 0})
    recoveries: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


class Server:
    """A server on one port, started again as often as it is killed."""

    def __init__(self, data_dir: Path, workers: int) -> None:
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.data_dir = data_dir
        self._workers = workers
        self._log = (data_dir.parent / "server.log").open("ab")
        self.process: asyncio.subprocess.Process | None = None

    async def start(self) -> float:
        """Seconds until it listens."""
        began = time.monotonic()
        self.process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "lodgepole", "serve", "--json"),
            *("--port", str(self.port), "--data-dir", str(self.data_dir)),
            *("--workers", str(self._workers)),
            stdout=asyncio.subprocess.PIPE,
            stderr=self._log,
            env={**os.environ, "LODGEPOLE_API_KEY": KEY, **NO_BLAME},
            cwd=self.data_dir.parent,
        )
        line = await self.process.stdout.readline()
        if not line:
            read = asyncio.to_thread(Path(self._log.name).read_text, "utf-8")
            told = (await read)[-2000:]
            raise SystemExit(f"The server did not start:\n{told}")
        return time.monotonic() - began

    async def kill(self) -> None:
        self.process.kill()
        await self.process.wait()

    async def stop(self) -> float:
        began = time.monotonic()
        self.process.terminate()
        await self.process.wait()
        if self.process.returncode:
            raise SystemExit(f"It ended with {self.process.returncode}: {self._said()}")
        return time.monotonic() - began

    def _said(self) -> str:
        return Path(self._log.name).read_text("utf-8", "replace")[-3000:]

    def descendants(self, module: str) -> list[int]:
        """Processes below the server whose command line has `module`."""
        parents: dict[int, int] = {}
        for entry in Path("/proc").iterdir():
            if entry.name.isdecimal():
                with contextlib.suppress(OSError):
                    stat = (entry / "stat").read_text().rpartition(")")[2].split()
                    parents[int(entry.name)] = int(stat[1])
        below = {self.process.pid}
        while more := {pid for pid, parent in parents.items() if parent in below} - below:
            below |= more
        found = []
        for pid in below - {self.process.pid}:
            with contextlib.suppress(OSError):
                if module.encode() in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0"):
                    found.append(pid)
        return found


class Chaos:
    assistants = ASSISTANTS

    def __init__(self, options: argparse.Namespace, server: Server) -> None:
        self.options = options
        self.server = server
        self.story = Story()
        self.files: dict[tuple[str, str], Tracked] = {}
        self.deleted: set[tuple[str, str]] = set()  # (assistant, word), deletion accepted
        self.chance = seeded(options.seed)
        self.names = iter(range(10**9))
        self.done = asyncio.Event()
        self.client = httpx2.AsyncClient(
            base_url=server.url,
            headers={"Api-Key": KEY, "X-Pinecone-Api-Version": VERSION},
            timeout=httpx2.Timeout(300.0),  # an answer given up could still be accepted later
            trust_env=False,
        )

    async def ask(self, method: str, path: str, **parts: Any) -> httpx2.Response | None:
        """The answer, or None when the connection broke."""
        try:
            return await self.client.request(method, f"/assistant{path}", **parts)
        except httpx2.TransportError:
            return None

    # --- what goes on -------------------------------------------------------------------------

    async def write(self, seed: int) -> None:
        """Upload, replace and delete, until told to stop."""
        chance = seeded(seed)
        mine: list[Tracked] = []
        while not self.done.is_set():
            settled = [f for f in mine if f.possible != {None}]
            choice = chance.random()
            if len(settled) < 3 or (choice < 0.4 and len(settled) < FILES_MOST):
                mine.append(await self.put(chance, None))
            elif choice < 0.75:
                await self.put(chance, chance.choice(settled))
            else:
                await self.delete(chance.choice(settled))
            await asyncio.sleep(chance.uniform(0, 2 * self.options.pause))

    async def put(self, chance: random.Random, file: Tracked | None) -> Tracked:
        number = next(self.names)
        word = f"zq{number}x{chance.getrandbits(32):08x}"
        kind = chance.choice(KINDS)
        if file is None:
            file = Tracked(chance.choice(ASSISTANTS), f"file-{number}", {None})
            self.files[file.assistant, file.id] = file
        content = document(kind, word, chance)
        file.busy = True
        answer = await self.ask(
            "PUT",
            f"/files/{file.assistant}/{file.id}",
            files={"file": (f"{file.id}.{kind}", content)},
        )
        file.busy = False
        file.words.append(word)
        self.count(answer)
        if answer is None:
            file.unanswered(word)
            await asyncio.sleep(0.2)
        elif answer.status_code in (200, 201, 202):
            file.accepted(word)
        elif answer.status_code not in (409, 503):
            self.story.wrong.append(f"PUT: {answer.status_code} {answer.text}")
        return file

    async def delete(self, file: Tracked) -> None:
        gone = [(file.assistant, word) for word in file.words]
        file.busy = True
        answer = await self.ask("DELETE", f"/files/{file.assistant}/{file.id}")
        file.busy = False
        self.count(answer)
        if answer is None:
            file.unanswered(None)
            await asyncio.sleep(0.2)
        elif answer.status_code in (200, 202, 204):
            file.accepted(None)
            self.deleted.update(gone)
        elif answer.status_code == 404:
            if None not in file.possible:
                self.story.wrong.append(f"{file.id} was accepted and is not found")
            file.possible.add(None)
        elif answer.status_code not in (409, 503):
            self.story.wrong.append(f"DELETE: {answer.status_code} {answer.text}")

    def count(self, answer: httpx2.Response | None) -> None:
        if answer is None:
            self.story.unanswered += 1
        elif answer.status_code < 300:
            self.story.accepted += 1
        else:
            self.story.refused += 1

    async def read(self) -> None:
        """What was deleted is never found, from the moment its deletion was accepted."""
        chance = seeded(self.options.seed + 1000)
        while not self.done.is_set():
            if self.deleted:
                assistant, word = chance.choice(sorted(self.deleted))
                if await self.found(assistant, word):
                    self.story.wrong.append(f"{word} was deleted and is found")
                self.story.looks += 1
            await asyncio.sleep(0.1)

    async def found(self, assistant: str, word: str) -> set[str]:
        """Ids of files in which `word` is found."""
        answer = await self.ask(
            "POST", f"/chat/{assistant}/context", json={"query": f"Where was the {word} seen?"}
        )
        if answer is None or answer.status_code != 200:
            return set()
        return {
            snippet["reference"]["file"]["id"]
            for snippet in answer.json()["snippets"]
            if word in snippet["content"]
        }

    async def kill(self) -> None:
        """SIGKILL to the server or to one of the processes below it, at random moments."""
        sent = 0
        while sent < self.options.kills:
            await asyncio.sleep(self.chance.uniform(0.02, 2 * self.options.interval))
            target = self.chance.choice(("server", "worker", "worker", "parser"))
            if target == "server":
                await self.server.kill()
                self.story.recoveries.append(await self.server.start())
            else:
                module = "worker" if target == "worker" else "lodgepole.runtime.reader_process"
                pids = self.server.descendants(module)
                if not pids:
                    continue
                with contextlib.suppress(ProcessLookupError):
                    os.kill(self.chance.choice(pids), signal.SIGKILL)
            sent += 1
            self.story.kills[target] += 1
        self.done.set()

    # --- the end ------------------------------------------------------------------------------

    async def settle(self) -> float:
        """Seconds until no operation is under way."""
        began = time.monotonic()
        while time.monotonic() - began < SETTLE_SECONDS:
            waiting = 0
            for assistant in self.assistants:
                answer = await self.ask(
                    "GET", f"/operations/{assistant}", params={"status": "Processing"}
                )
                waiting += len(answer.json()["operations"]) if answer else 1
            if not waiting:
                return time.monotonic() - began
            await asyncio.sleep(0.1)
        self.story.wrong.append(f"{waiting} operations do not end")
        return time.monotonic() - began

    async def listed(self, assistant: str) -> dict[str, dict[str, Any]]:
        files: dict[str, dict[str, Any]] = {}
        token: str | None = None
        while True:
            params = {"limit": 100, **({"pagination_token": token} if token else {})}
            page = (await self.ask("GET", f"/files/{assistant}", params=params)).json()
            files |= {file["id"]: file for file in page["files"]}
            token = (page.get("pagination") or {}).get("next")
            if not token:
                return files

    async def check(self) -> dict[str, int]:
        """Compare what is there with what was accepted."""
        counts = {"available": 0, "gone": 0, "failed": 0, "lost": 0, "half": 0}
        stored = {assistant: await self.listed(assistant) for assistant in self.assistants}
        for (assistant, file_id), file in self.files.items():
            entry = stored[assistant].pop(file_id, None)
            hits = {word for word in file.words if await self.found(assistant, word)}
            if entry is None:
                counts["gone"] += 1
                if None not in file.possible:
                    counts["lost"] += 1
                    self.story.wrong.append(f"{file_id}: accepted and gone")
                if hits:
                    counts["half"] += 1
                    self.story.wrong.append(f"{file_id}: deleted, and {hits} is found")
            elif entry["status"] != "Available":
                counts["failed"] += 1
                self.story.wrong.append(
                    f"{file_id}: {entry['status']}: {entry.get('error_message')}"
                )
            else:
                counts["available"] += 1
                if len(hits) != 1 or not hits <= file.possible:
                    counts["half"] += 1
                    self.story.wrong.append(
                        f"{file_id}: holds {hits}, not one of {file.possible}; "
                        f"{await self.failures(assistant, file_id)}"
                    )
        for assistant, rest in stored.items():
            for file_id in rest:
                self.story.wrong.append(f"{file_id} in {assistant}: nobody made it")
        return counts

    async def failures(self, assistant: str, file_id: str) -> list[str]:
        """Why changes of a file failed."""
        answer = await self.ask("GET", f"/operations/{assistant}", params={"limit": 100})
        return [
            str(operation.get("error_message"))
            for operation in answer.json()["operations"]
            if operation.get("file_id") == file_id and operation["status"] == "Failed"
        ]

    def gone_words(self) -> list[str]:
        """Words of contents that were replaced or deleted."""
        return [
            word for file in self.files.values() for word in file.words if word not in file.possible
        ]


async def verify(data_dir: Path, words: list[str]) -> dict[str, Any]:
    """What `lodgepole verify --repair` says of the stopped server's directory."""
    listed = data_dir.parent / "gone.txt"
    listed.write_text("\n".join(words))
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "lodgepole", "verify", "--json", "--repair"),
        *("--data-dir", str(data_dir), "--absent-from", str(listed)),
        stdout=asyncio.subprocess.PIPE,
    )
    out, _ = await process.communicate()
    return json.loads(out)


def stray_rows(data_dir: Path) -> int:
    """Rows of assistants that are gone, and operations that would never be claimed."""
    with contextlib.closing(sqlite3.connect(data_dir / "catalog.db")) as database:
        queries = (
            "SELECT count(*) FROM files WHERE assistant_id NOT IN (SELECT id FROM assistants)",
            "SELECT count(*) FROM operations WHERE assistant_id NOT IN (SELECT id FROM assistants)",
            "SELECT count(*) FROM operations WHERE status = 'Processing'",
            "SELECT count(*) FROM files WHERE status IN ('Processing', 'Deleting')",
        )
        return sum(database.execute(query).fetchone()[0] for query in queries)


async def run(options: argparse.Namespace, folder: Path) -> int:
    data_dir = folder / "data"
    data_dir.mkdir()
    server = Server(data_dir, options.workers)
    await server.start()
    chaos = Chaos(options, server)
    for assistant in ASSISTANTS:
        await chaos.ask("POST", "/assistants", json={"name": assistant})
    began = time.monotonic()
    work = [asyncio.create_task(chaos.write(options.seed * 100 + n)) for n in range(3)]
    work.append(asyncio.create_task(chaos.read()))
    try:
        async with asyncio.timeout(options.seconds):
            await chaos.kill()
    except TimeoutError:
        print(f"stopped after {options.seconds:.0f} s")
    chaos.done.set()
    if server.process.returncode is not None:
        await server.start()
    await asyncio.gather(*work)
    lasted = time.monotonic() - began
    settled = await chaos.settle()
    counts = await chaos.check()
    gone = chaos.gone_words()
    stopped = await server.stop()
    report = await verify(data_dir, gone)
    strays = stray_rows(data_dir)
    story = chaos.story
    kills = sum(story.kills.values())
    print(
        f"{kills} kills in {lasted:.0f} s: " + ", ".join(f"{n} {k}" for k, n in story.kills.items())
    )
    print(
        f"{story.accepted} changes accepted, {story.refused} refused, {story.unanswered} broken off"
    )
    print(f"{story.looks} looks for deleted words on the way")
    if story.recoveries:
        recovery = sorted(story.recoveries)
        print(
            f"server back after {statistics.median(recovery):.2f} s (median), "
            f"{recovery[-1]:.2f} s (most); settled {settled:.1f} s after the end; "
            f"stopped in {stopped:.1f} s"
        )
    print(", ".join(f"{n} {k}" for k, n in counts.items()))
    print(f"{len(report['findings'])} orphans or traces of {len(gone)} words, {strays} stray rows")
    for wrong in [*story.wrong, *report["findings"]][:20]:
        print("WRONG:", wrong)
    failed = bool(story.wrong or report["findings"] or strays)
    print("FAILED" if failed else "nothing lost, nothing half, nothing left over")
    return 1 if failed else 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=1200.0, help="at most")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--interval", type=float, default=1.2, help="mean seconds between kills")
    parser.add_argument("--pause", type=float, default=0.3, help="mean seconds between changes")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="lodgepole-chaos-") as folder:
        return asyncio.run(run(options, Path(folder)))


if __name__ == "__main__":
    sys.exit(main())
