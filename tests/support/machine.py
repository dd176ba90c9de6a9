"""A machine with an empty home, on which the command line is called as a person would."""

import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.ordinary_user import ORDINARY

LODGEPOLE = (*ORDINARY, sys.executable, "-m", "lodgepole")
RUN_SECONDS = 90
FOREIGN = ("LODGEPOLE_", "XDG_", "OPENAI_", "ANTHROPIC_", "GOOGLE_", "GEMINI_")
"""Variables that would lead a test to someone's data or to a paid model."""
STOP_SECONDS = 20


@dataclass(frozen=True, slots=True)
class Server:
    """A server process that listens."""

    process: subprocess.Popen[str]
    url: str
    api_key: str | None  # when one was made at this start
    data_dir: Path

    def stop(self, how: signal.Signals = signal.SIGTERM) -> tuple[int, str]:
        """Its exit code and what it wrote to standard error."""
        self.process.send_signal(how)
        errors = self.process.communicate(timeout=STOP_SECONDS)[1]
        return self.process.returncode, errors


@dataclass(slots=True)
class Machine:
    """An empty home folder and the processes started in it."""

    home: Path
    cache: Path
    servers: list[Server] = field(default_factory=list)

    def environment(self, **settings: str) -> dict[str, str]:
        """This environment without settings of ours, at home in the empty folder."""
        foreign = {name: text for name, text in os.environ.items() if not name.startswith(FOREIGN)}
        ours = {"HOME": str(self.home), "LODGEPOLE_CACHE_DIR": str(self.cache), "COLUMNS": "200"}
        return {**foreign, **ours, **settings}

    def run(
        self, *arguments: str, stdin: str | None = None, **settings: str
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*LODGEPOLE, *arguments],
            env=self.environment(**settings),
            cwd=self.home,
            input=stdin or "",
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=RUN_SECONDS,
        )

    def start(self, data_dir: Path, *options: str, **settings: str) -> Server:
        """A server on a free port, once it listens; stopped with the machine at the latest."""
        process = subprocess.Popen(
            [*LODGEPOLE, "serve", "--json", "--port", "0", "--data-dir", str(data_dir), *options],
            env=self.environment(**settings),
            cwd=self.home,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line:
            raise AssertionError(process.communicate()[1])
        said = json.loads(line)
        server = Server(process, said["url"], said["api_key"], data_dir)
        self.servers.append(server)
        return server

    def shut_down(self) -> None:
        for server in self.servers:
            if server.process.poll() is None:
                server.stop()
