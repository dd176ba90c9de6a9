"""Git repositories over HTTP on loopback, served by a library in a thread."""

import threading
from pathlib import Path
from socketserver import ThreadingMixIn
from types import TracebackType
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from dulwich import porcelain
from dulwich.repo import Repo
from dulwich.server import DictBackend
from dulwich.web import make_wsgi_chain


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class GitServer:
    """One repository at `/team/docs.git`. Use it as a context."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.repository = porcelain.init(str(folder))
        self.repository.get_config().set(b"user", b"name", b"Tester")
        self.paths: list[str] = []
        self.headers: list[str | None] = []
        self.refuses = False

    def __enter__(self) -> "GitServer":
        chain = make_wsgi_chain(DictBackend({"/team/docs.git": Repo(str(self.folder))}))

        def noting(environ, start_response):
            self.paths.append(environ["PATH_INFO"])
            self.headers.append(environ.get("HTTP_AUTHORIZATION"))
            if self.refuses:
                start_response("401 Unauthorized", [])
                return [b""]
            return chain(environ, start_response)

        self._server = make_server("127.0.0.1", 0, noting, _Server, _Quiet)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self.repository.close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/team/docs.git"

    def write(self, name: str, data: bytes | str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data.encode() if isinstance(data, str) else data)

    def commit(self, message: str = "Changed") -> str:
        """Commit all that is in the folder; the commit's id."""
        porcelain.add(str(self.folder))
        for path in porcelain.status(str(self.folder)).unstaged:
            full = self.folder / path.decode()
            if not full.exists():
                porcelain.remove(str(self.folder), [str(full)])
        made = porcelain.commit(
            str(self.folder), message=message, author=b"T <t@x>", committer=b"T <t@x>"
        )
        return made.decode()
