"""A server killed by SIGKILL at random moments while its sources run, and their origins change.

Two sources follow a folder and a web site on loopback. After the last kill each runs until nothing
changes any more; then every file must be there once, with the newest text, and nothing else.

    python scripts/chaos/sources.py --kills 200 --seed 1
"""

import argparse
import asyncio
import json
import os
import random
import signal
import socket
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx2

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.support.changing_site import ChangingSite  # noqa: E402  after the path is known
from tests.support.web_site import WebSite  # noqa: E402

KEY = "key-of-the-chaos"
PAGES, FILES = 40, 40
CHANGES_A_KILL = 3
RUNS_MOST = 30
SETTLE_SECONDS = 240.0


class Server:
    """A server on one port, started again as often as it is killed."""

    def __init__(self, home: Path, port: int) -> None:
        self.home = home
        self.port = port
        self._log = (home / "server.log").open("ab")
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        environment = {
            **os.environ,
            "LODGEPOLE_API_KEY": KEY,
            # It is not the files that it dies of here, and each is tried again after an hour.
            "LODGEPOLE_LIMITS__OPERATION_DEATHS": "1000",
            "LODGEPOLE_SOURCE_ROOTS": json.dumps([str(self.home / "folder")]),
            "LODGEPOLE_SOURCE_NETWORKS": '["127.0.0.0/8"]',
        }
        program = [sys.executable, "-m", "lodgepole", "serve", "--port", str(self.port)]
        self._process = await asyncio.create_subprocess_exec(
            *program,
            "--data-dir",
            str(self.home / "data"),
            env=environment,
            stdout=self._log,
            stderr=self._log,
        )
        end = time.monotonic() + 120
        while time.monotonic() < end:
            try:
                if (await self.request("GET", "/readyz")).status_code == 200:
                    return
            except httpx2.TransportError:
                if self._process.returncode is not None:
                    break
            await asyncio.sleep(0.05)
        log = (self.home / "server.log").read_text("utf-8", "replace")
        raise SystemExit(f"The server does not start:\n{log[-3000:]}")

    async def kill(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGKILL)
        await self._process.wait()

    async def request(self, method: str, path: str, **parts: Any) -> httpx2.Response:
        async with httpx2.AsyncClient(
            base_url=f"http://127.0.0.1:{self.port}",
            headers={"Api-Key": KEY, "X-Pinecone-Api-Version": "2026-07"},
            timeout=60,
            trust_env=False,
        ) as client:
            return await client.request(method, path, **parts)

    async def json(self, method: str, path: str, **parts: Any) -> Any:
        answer = await self.request(method, path, **parts)
        answer.raise_for_status()
        return answer.json()


class Origins:
    """A folder and a site that change, and what each of their things says now."""

    def __init__(self, folder: Path, site: ChangingSite, chance: random.Random) -> None:
        self.folder = folder
        self.site = site
        self._chance = chance
        self._number = 0
        self.files: dict[str, str] = {}
        for _ in range(FILES):
            self._add_file()

    def _word(self) -> str:
        self._number += 1
        return f"word{self._number:06d}"

    def _write(self, path: str, word: str) -> None:
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        draft = target.with_name(f".{target.name}")
        draft.write_text(f"The {word} was seen. Nobody else saw it.")
        draft.replace(target)
        self.files[path] = word

    def _add_file(self) -> None:
        self._write(f"{self._chance.choice('abc')}/{self._number}.txt", self._word())

    def change(self) -> None:
        """One change of the folder, and one of the site."""
        path = self._chance.choice(sorted(self.files))
        match self._chance.randrange(4):
            case 0:
                self._add_file()
            case 1:
                self._write(path, self._word())
            case 2:
                word = self.files.pop(path)
                target = f"moved/{self._number}-{path.replace('/', '-')}"
                (self.folder / "moved").mkdir(exist_ok=True)
                (self.folder / path).rename(self.folder / target)
                self.files[target] = word
            case _ if len(self.files) > FILES // 2:
                (self.folder / path).unlink()
                del self.files[path]
        page = self._chance.randrange(1, PAGES)
        if self._chance.random() < 0.3:
            # A leaf, so that no page below it is unlinked.
            leaf = self._chance.randrange(PAGES // 2, PAGES)
            self.site.removed.symmetric_difference_update({leaf})
        else:
            self.site.texts[page] = f"The {self._word()} was seen on page {page}. "

    def pages(self, url: str) -> dict[str, str]:
        found = {f"{url}/docs/": self.site.text(0)}
        for number in range(1, PAGES):
            if number not in self.site.removed:
                found[f"{url}/docs/p/{number}"] = self.site.text(number)
        return found


async def chaos(kills: int, seed: int, home: Path, port: int, minutes: float) -> list[str]:
    chance = random.Random(seed)  # noqa: S311  a plan that can be repeated, not a secret
    folder = home / "folder"
    folder.mkdir()
    pages = ChangingSite(count=PAGES)
    origins = Origins(folder, pages, chance)
    server = Server(home, port)
    async with WebSite(pages) as site:
        await server.start()
        await server.json("POST", "/assistant/assistants", json={"name": "docs"})
        rules = {"crawl": True, "depth": 20, "requests_per_second": 50}
        sources = [
            (await server.json("POST", "/lodgepole/sources", json=body))["id"]
            for body in (
                {"assistant": "docs", "url": str(folder), "every_seconds": 60},
                {"assistant": "docs", "url": f"{site.url}/docs/", "rules": rules},
            )
        ]
        end = time.monotonic() + 60 * minutes
        done = 0
        while done < kills and time.monotonic() < end:
            for _ in range(CHANGES_A_KILL):
                origins.change()
            for source in sources:
                await server.request("POST", f"/lodgepole/sources/{source}/run")
            await asyncio.sleep(chance.random() * 1.5)
            await server.kill()
            await server.start()
            done += 1
            if done % 20 == 0:
                print(f"{done} kills", flush=True)
        runs = await settle(server, sources)
        wrong = await compare(server, origins, site.url)
        print(
            f"{done} kills; {runs} runs until nothing changed; {len(origins.files)} files and "
            f"{len(origins.pages(site.url))} pages compared; {len(wrong)} wrong"
        )
        await server.kill()
    return wrong


async def settle(server: Server, sources: list[str]) -> int:
    """Run both until a run changes nothing; how many runs that took."""
    runs = 0
    for _ in range(RUNS_MOST):
        quiet = True
        for source in sources:
            await idle(server, source)
            await server.json("POST", f"/lodgepole/sources/{source}/run")
            await idle(server, source)
            runs += 1
            newest = (await server.json("GET", f"/lodgepole/sources/{source}/runs"))["runs"][0]
            moved = {k: n for k, n in newest["counts"].items() if n and k != "unchanged"}
            missed = any(note["change"] == "unchanged" for note in newest["notes"])
            quiet = quiet and newest["status"] == "completed" and not moved and not missed
        await read_all(server)
        # What a starved server gave up meanwhile is uploaded again by the next run.
        failed = [file for file in await listed(server) if file["status"] == "ProcessingFailed"]
        if quiet and not failed:
            return runs
    raise SystemExit("The sources never settle.")


async def idle(server: Server, source: str) -> None:
    end = time.monotonic() + SETTLE_SECONDS
    while time.monotonic() < end:
        found = await server.json("GET", f"/lodgepole/sources/{source}")
        runs = (await server.json("GET", f"/lodgepole/sources/{source}/runs"))["runs"]
        waiting = found["due_at"] is not None and found["every_seconds"] is None
        if not found["running"] and not waiting and runs and runs[0]["status"] != "running":
            return
        await asyncio.sleep(0.2)
    raise SystemExit("A run does not end.")


async def read_all(server: Server) -> None:
    end = time.monotonic() + SETTLE_SECONDS
    while time.monotonic() < end:
        statuses = {file["status"] for file in await listed(server)}
        if not statuses & {"Processing", "Deleting"}:
            return
        await asyncio.sleep(0.5)
    raise SystemExit("The files are not read in time.")


async def listed(server: Server) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    token: str | None = None
    while True:
        query = {"limit": "100", **({"pagination_token": token} if token else {})}
        page = await server.json("GET", "/assistant/files/docs", params=query)
        found += page["files"]
        token = (page.get("pagination") or {}).get("next")
        if token is None:
            return found


async def compare(server: Server, origins: Origins, url: str) -> list[str]:
    """What is missing, twice there, left over, or not the newest."""
    wanted = {**origins.files, **origins.pages(url)}
    wrong: list[str] = []
    seen: set[str] = set()
    for file in await listed(server):
        key = file["metadata"].get("source_url") or file["metadata"]["path"]
        if key in seen:
            wrong.append(f"{key} is there twice")
        seen.add(key)
        if key not in wanted:
            wrong.append(f"{key} is left over")
            continue
        if file["status"] != "Available":
            wrong.append(f"{key} is {file['status']}: {file['error_message']}")
            continue
        text = (await server.json("GET", f"/lodgepole/files/docs/{file['id']}/text"))["text"]
        if wanted[key].strip() not in " ".join(text.split()):
            wrong.append(f"{key} is not the newest")
    return wrong + [f"{key} is missing" for key in wanted.keys() - seen]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=1e6, help="then no more kills")
    parser.add_argument("--port", type=int, default=0, help="of the server; 0 takes a free one")
    given = parser.parse_args()
    port = given.port
    if not port:
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="lodgepole-chaos-") as home:
        wrong = asyncio.run(chaos(given.kills, given.seed, Path(home), port, given.minutes))
        if wrong:
            print("\n".join(wrong[:50]))
            raise SystemExit(1)


if __name__ == "__main__":
    main()
