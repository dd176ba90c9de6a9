"""Google's XML API for tests: S3's but for paths and authorisation, so S3's server answers.

https://cloud.google.com/storage/docs/xml-api/overview
"""

import http.client
import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import unquote

ANSWER_SECONDS = 10
BUCKET = "lodgepole"
_SIGNED = (
    "AWS4-HMAC-SHA256 Credential=tester/20260101/us-east-1/s3/aws4_request, "
    "SignedHeaders=host, Signature=0"
)
_OWN = {"host", "connection", "authorization"}
_HOPS = {"connection", "content-length", "date", "server", "transfer-encoding"}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    s3_port = 0

    def _forward(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        path, _, query = self.path.partition("?")
        headers = {name: value for name, value in self.headers.items() if name.lower() not in _OWN}
        asked = http.client.HTTPConnection("127.0.0.1", self.s3_port, timeout=ANSWER_SECONDS)
        target = f"{unquote(path)}?{query}" if query else unquote(path)
        asked.request(self.command, target, body, {**headers, "Authorization": _SIGNED})
        answer = asked.getresponse()
        content = answer.read()
        asked.close()
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in _HOPS:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_DELETE = do_GET = do_POST = do_PUT = _forward  # noqa: N815  as http.server calls them

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


@contextmanager
def gcs_before(s3_port: int, folder: Path) -> Iterator[Path]:
    """A file of credentials by which a client talks to it, without signing in."""
    handler = type("Handler", (_Handler,), {"s3_port": s3_port})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        made = http.client.HTTPConnection("127.0.0.1", s3_port, timeout=ANSWER_SECONDS)
        made.request("PUT", f"/{BUCKET}", headers={"Authorization": _SIGNED})
        made.getresponse().read()
        made.close()
        credentials = folder / "service-account.json"
        unsigned = {"client_email": "", "private_key": "", "private_key_id": ""}
        base = {"gcs_base_url": f"http://127.0.0.1:{server.server_port}", "disable_oauth": True}
        credentials.write_text(json.dumps({**base, **unsigned}))
        yield credentials
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
