"""Stands in for the process that runs a model: one answer, as llama.cpp would stream it.

Run as a program; the first argument is what it does wrong, if anything.
"""

import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


def main(fault: str) -> None:
    options = json.loads(sys.stdin.readline())
    if fault == "error":
        tell({"error": "llama.cpp says: no such architecture"})
        return
    if fault == "silent":
        sys.stdin.read()
        return
    if fault == "ends":
        return

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            known = self.headers["authorization"] == f"Bearer {options['api_key']}"
            text = f"{options['context_tokens']} tokens" if known else "who are you?"
            end = {"choices": [{"index": 0, "delta": {"content": text}, "finish_reason": "stop"}]}
            body = f"data: {json.dumps(end)}\n\ndata: [DONE]\n\n".encode()
            self.send_response(200 if known else 401)
            self.send_header("content-type", "text/event-stream")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    tell({"url": f"http://127.0.0.1:{server.server_port}"})
    if fault != "stays":
        sys.stdin.read()
    else:
        threading.Event().wait()


def tell(told: dict[str, str]) -> None:
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "")
