"""A data directory damaged between a kill and the next start, again and again.

Each round uploads and deletes a little, kills the server, does one thing to what lies on the disk,
and starts again. Afterwards a file is whole, or somebody said that it is not: the start that was
refused, its status, its download, or `lodgepole verify --deep`, which runs after each round and
must name an original that was damaged, and have nothing to say where nothing was. A round that
cannot go on begins anew from the copy that was made before its damage.

    python scripts/chaos/damage.py --rounds 100 --seed 1

A full disk needs the right to mount a tmpfs; without it that round is left out, and said to be.
"""

import argparse
import collections
import contextlib
import json
import os
import random
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx2

KEY = "key-of-the-damage"
HEADERS = {"Api-Key": KEY, "X-Pinecone-Api-Version": "2026-07"}
START_SECONDS = 600.0  # on a machine with much else to do
SETTLE_SECONDS = 120.0
ANSWER_SECONDS = 60.0
DISK_MIB = 400
FILES_MOST = 12
CLOCKS = {"the clock a day back": -86_400, "the clock 40 days on": 40 * 86_400}  # seconds
MOVED = """
import sys
from datetime import timedelta
from lodgepole.adapters.host.system_clock import SystemClock
now, moved = SystemClock.now, timedelta(seconds=int(sys.argv.pop(1)))
SystemClock.now = lambda self: now(self) + moved
from lodgepole.cli import main
main()
"""
ENVIRONMENT = {
    **os.environ,
    "LODGEPOLE_API_KEY": KEY,
    "LODGEPOLE_LIMITS__OPERATION_DEATHS": "1000",  # it is not the files that it dies of here
    "LODGEPOLE_LIMITS__DISK_RESERVE_BYTES": str(8 * 1024 * 1024),
}


class Refused(Exception):
    """The server did not start, and said why."""


@dataclass(slots=True)
class Story:
    rounds: int = 0
    kinds: collections.Counter[str] = field(default_factory=collections.Counter)
    told: collections.Counter[str] = field(default_factory=collections.Counter)
    wrong: list[str] = field(default_factory=list)
    left_out: set[str] = field(default_factory=set)


class Server:
    def __init__(
        self, data_dir: Path, *, descriptors: int | None = None, clock: int | None = None
    ) -> None:
        """Raises Refused, or TimeoutError for one that neither starts nor ends."""
        limit = ("sh", "-c", f'ulimit -n {descriptors}; exec "$@"', "sh")
        options = ("--json", "--port", "0", "--data-dir", str(data_dir))
        program = ("-m", "lodgepole") if clock is None else ("-c", MOVED, str(clock))
        self._log = (data_dir.parent / "server.log").open("w+")
        self.process = subprocess.Popen(
            [*(limit if descriptors else ()), sys.executable, *program, "serve", *options],
            env=ENVIRONMENT,
            cwd=data_dir.parent,
            stdout=subprocess.PIPE,
            stderr=self._log,
        )
        told, _, _ = select.select([self.process.stdout], [], [], START_SECONDS)
        line = self.process.stdout.readline() if told else b""
        if not line:
            self.kill()
            self._log.seek(0)
            said = self._log.read()[-20_000:]
            raise Refused(said) if told else TimeoutError(said)
        self.http = httpx2.Client(
            base_url=json.loads(line)["url"] + "/assistant",
            headers=HEADERS,
            timeout=ANSWER_SECONDS,
            trust_env=False,
        )

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def settled(self) -> bool:
        until = time.monotonic() + SETTLE_SECONDS
        while time.monotonic() < until:
            listed = self.http.get("/operations/a", params={"status": "Processing"})
            if listed.status_code == 200 and not listed.json()["operations"]:
                return True
            time.sleep(0.2)
        return False


# --- what is done to the disk -----------------------------------------------------------------


Damage = Callable[[Path, random.Random], "Path | bool"]
"""What was damaged, or whether something was; False where there is nothing to damage."""


def flipped(pattern: str) -> Damage:
    """Bits turned over in a file."""

    def damage(data: Path, chance: random.Random) -> Path | bool:
        found = [path for path in sorted(data.glob(pattern)) if path.is_file()]
        found = [path for path in found if path.stat().st_size]
        if not found:
            return False
        path = chance.choice(found)
        content = bytearray(path.read_bytes())
        for _ in range(chance.randint(1, 8)):
            content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
        path.write_bytes(content)
        return path

    return damage


def cut(pattern: str) -> Damage:
    def damage(data: Path, chance: random.Random) -> Path | bool:
        found = [path for path in sorted(data.glob(pattern)) if path.is_file()]
        if not found:
            return False
        path = chance.choice(found)
        size = path.stat().st_size
        if not size:
            return False
        os.truncate(path, chance.randrange(size))
        return path

    return damage


def without_log(data: Path, _: random.Random) -> bool:
    log = data / "catalog.db-wal"
    if not log.exists():
        return False
    log.unlink()
    (data / "catalog.db-shm").unlink(missing_ok=True)
    return True


def nothing(_: Path, __: random.Random) -> bool:
    return True


DAMAGES: dict[str, Damage] = {
    "bits of an original": flipped("blobs/**/original"),
    "bits of a document": flipped("blobs/**/document.json"),
    "an original cut": cut("blobs/**/original"),
    "bits of an index": flipped("index*/**/*"),
    "an index cut": cut("index*/**/*"),
    "bits of the catalog": flipped("catalog.db"),
    "bits of its log": flipped("catalog.db-wal"),
    "its log gone": without_log,
    "bits of its mark": flipped("catalog.mark"),
    "bits of server.json": flipped("server.json"),
    "few descriptors": nothing,
    **dict.fromkeys(CLOCKS, nothing),
    "a full disk": nothing,
}


# --- a round ----------------------------------------------------------------------------------


class Damaged:
    def __init__(self, folder: Path, seed: int) -> None:
        self.data = folder / "data"
        self.copy = folder.parent / f"{folder.name}-copy"
        self.chance = random.Random(seed)  # noqa: S311  a plan that can be repeated
        self.words: dict[str, str] = {}
        self.kept: dict[str, str] = {}  # as of the copy
        self.deleted: set[str] = set()
        self.kept_deleted: set[str] = set()
        self.number = 0
        self.story = Story()

    def work(self, server: Server) -> None:
        server.http.post("/assistants", json={"name": "a"})
        for _ in range(2):
            self.number += 1
            word = f"zq{self.number}x{self.chance.getrandbits(32):08x}"
            content = f"The {word} was seen by the harbour. Nobody saw it again."
            sent = server.http.put(
                f"/files/a/file-{self.number}", files={"file": ("a.txt", content.encode())}
            )
            if sent.status_code < 300:
                self.words[f"file-{self.number}"] = word
        while len(self.words) > FILES_MOST or (len(self.words) > 4 and self.chance.random() < 0.5):
            gone = self.chance.choice(sorted(self.words))
            if server.http.delete(f"/files/a/{gone}").status_code >= 300:
                break
            self.deleted.add(self.words.pop(gone))
        if self.chance.random() < 0.7:
            server.settled()

    def round(self, kind: str) -> None:
        server = Server(self.data)
        self.work(server)
        server.kill()
        shutil.rmtree(self.copy, ignore_errors=True)
        for path in self.data.glob("*.socket"):
            path.unlink()
        shutil.copytree(self.data, self.copy)
        self.kept, self.kept_deleted = dict(self.words), set(self.deleted)
        damaged = DAMAGES[kind](self.data, self.chance)
        if not damaged:
            return
        self.story.rounds += 1
        self.story.kinds[kind] += 1
        try:
            with self.filled(kind):
                self.check(kind, damaged if isinstance(damaged, Path) else None)
        except Refused as refusal:
            if "Traceback" in str(refusal) or not str(refusal).strip():
                self.story.wrong.append(f"{kind}: it ends without words: {refusal}")
            self.story.told[f"{kind}: refused"] += 1
            self.verify(kind, None, whole=False)
            self.restore()
        except TimeoutError as hung:
            self.story.wrong.append(f"{kind}: it does not start in time: {hung}")
            self.restore()

    def restore(self) -> None:
        for path in self.data.iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        shutil.copytree(self.copy, self.data, dirs_exist_ok=True)
        self.words, self.deleted = dict(self.kept), set(self.kept_deleted)

    @contextlib.contextmanager
    def filled(self, kind: str) -> Iterator[None]:
        filler = self.data.parent / "filler"
        if kind == "a full disk":
            with contextlib.suppress(OSError), filler.open("wb") as file:
                while True:
                    file.write(bytes(65_536))
        try:
            yield
        finally:
            filler.unlink(missing_ok=True)

    def check(self, kind: str, damaged: Path | None) -> None:
        few = 64 if kind == "few descriptors" else None
        server = Server(self.data, descriptors=few, clock=CLOCKS.get(kind))
        try:
            whole = self.look(server, kind)
            if kind == "a full disk":
                self.delete_one(server)
                return
        finally:
            server.process.terminate()
            try:
                server.process.wait(ANSWER_SECONDS)
            except subprocess.TimeoutExpired:
                self.story.wrong.append(f"{kind}: SIGTERM is not heard")
                server.kill()
        self.verify(kind, damaged, whole=whole)
        if not whole:
            self.restore()

    def verify(self, kind: str, damaged: Path | None, *, whole: bool) -> None:
        """What `verify --deep` says of it all, once the server has ended."""
        told = subprocess.run(
            [sys.executable, "-m", "lodgepole", "verify", "--deep", "--data-dir", str(self.data)],
            env=ENVIRONMENT,
            cwd=self.data.parent,
            capture_output=True,
            text=True,
            timeout=START_SECONDS,
            check=False,
        )
        said = told.stdout + told.stderr
        if "Traceback" in said or told.returncode not in (0, 1):
            self.story.wrong.append(f"{kind}: verify ends without words: {said[-2000:]}")
            return
        found = "finds something" if told.returncode else "is content"
        self.story.told[f"{kind}: verify {found}"] += 1
        if damaged is None and whole and told.returncode and "accounted for nowhere" not in said:
            self.story.wrong.append(f"{kind}: verify finds what was not damaged: {said[-1000:]}")
        if damaged is not None and damaged.name == "original":
            file = damaged.parent.parent.name
            if file in self.words and file not in said:
                self.story.wrong.append(f"{kind}: verify does not name {file}: {said[-1000:]}")

    def delete_one(self, server: Server) -> None:
        name = sorted(self.words)[0]
        answer = server.http.delete(f"/files/a/{name}")
        if answer.status_code >= 300:
            self.story.wrong.append(f"a full disk: no deletion: {answer.status_code} {answer.text}")
        else:
            self.deleted.add(self.words.pop(name))

    def look(self, server: Server, kind: str) -> bool:
        """Whether all is there; what is not must have been told."""
        if server.http.get("../healthz").status_code != 200:
            self.story.wrong.append(f"{kind}: /healthz does not answer")
        if kind != "a full disk" and not server.settled():
            self.story.wrong.append(f"{kind}: operations do not end")
        damaged = [name for name, word in self.words.items() if not self.right(server, name, word)]
        for word in sorted(self.deleted)[-5:]:
            if self.found(server, word):
                self.story.wrong.append(f"{kind}: {word} was deleted and is found")
        if damaged:
            self.story.told[f"{kind}: told of a file"] += 1
        return not damaged

    def right(self, server: Server, name: str, word: str) -> bool:
        """Whether a file is there and whole. Content that is wrong without a word is noted."""
        file = server.http.get(f"/files/a/{name}", params={"include_url": "true"})
        if file.status_code != 200 or file.json()["status"] != "Available":
            return False
        with contextlib.suppress(httpx2.TransportError):
            content = server.http.get(file.json()["signed_url"])
            if content.status_code == 200 and f"The {word} was seen" not in content.text:
                self.story.wrong.append(f"{name}: other bytes, and nobody said so")
            if content.status_code == 200:
                return self.found(server, word) or self.being_made_again(server)
        return False

    def found(self, server: Server, word: str) -> bool:
        body = {"query": f"Where was the {word} seen?"}
        answer = server.http.post("/chat/a/context", json=body)
        return answer.status_code == 200 and word in answer.text

    def being_made_again(self, server: Server) -> bool:
        """Whether `/readyz` says that an index is not whole; it is waited for."""
        return server.http.get("../readyz").status_code != 200


@contextlib.contextmanager
def disk(story: Story) -> Iterator[Path]:
    """A folder on a small disk of its own, where that may be made."""
    with tempfile.TemporaryDirectory(prefix="lodgepole-damage-") as folder:
        size = f"size={DISK_MIB}m"
        mounted = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", size, "tmpfs", folder], capture_output=True, check=False
        )
        small = mounted.returncode == 0
        if not small:
            story.left_out.add("a full disk")
        try:
            yield Path(folder)
        finally:
            if small:
                subprocess.run(["umount", "-l", folder], check=False)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=3600.0, help="at most")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kinds", default=";".join(DAMAGES), help="separated by semicolons")
    options = parser.parse_args()
    until = time.monotonic() + options.seconds
    story = Story()
    with disk(story) as folder:
        chaos = Damaged(folder, options.seed)
        chaos.story = story
        chaos.data.mkdir()
        kinds = [kind for kind in options.kinds.split(";") if kind not in story.left_out]
        for number in range(options.rounds):
            if time.monotonic() > until:
                print(f"stopped after {options.seconds:.0f} s")
                break
            began = time.monotonic()
            chaos.round(kinds[number % len(kinds)])
            took = time.monotonic() - began
            print(f"{number + 1:>4} {kinds[number % len(kinds)]:24} {took:6.0f} s", flush=True)
        shutil.rmtree(chaos.copy, ignore_errors=True)
    print(
        f"{story.rounds} rounds of damage: " + ", ".join(f"{n} {k}" for k, n in story.kinds.items())
    )
    print("told: " + (", ".join(f"{n} {k}" for k, n in sorted(story.told.items())) or "nothing"))
    if story.left_out:
        print("left out: " + ", ".join(sorted(story.left_out)))
    for wrong in story.wrong[:20]:
        print("WRONG:", wrong)
    print(
        "FAILED" if story.wrong else "nothing lost silently, nothing frozen, nothing half-visible"
    )
    return 1 if story.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
