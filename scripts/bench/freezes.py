"""How long the server answers nobody while it is sent what is made to be slow.

    python scripts/bench/freezes.py [--doors context,chat,…] [--inputs marks,…]

Every hostile text goes in at every door of a real server, while `/healthz` is asked again and again
over a connection of its own. Printed for each: how it ended, how long it took, and the longest that
`/healthz` took meanwhile; beside it the most that the server itself computed during one such wait,
since a busy machine makes everybody wait. Exits with 1 when `/healthz` took more than `MOST_MS`.
"""

import argparse
import io
import json
import os
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread

import docx
import httpx2
from serving import KEY, serving, wait_for_files

MOST_MS = 250.0
LARGE = 600_000  # characters, close to what a conversation may have

TEXTS: dict[str, str] = {
    "exclamations": "!" * LARGE,
    "spaces": "a" + " " * LARGE + "b",
    "line ends": "a" + "\n" * LARGE + "b",
    "underscores": "a" + "_" * LARGE + "b",
    "one word": "a" * LARGE,
    "marks": "a" + "\u0316\u0301" * (LARGE // 2),
    "ligatures": "\ufdfa" * (LARGE // 3),
    "ideographs": "\u4e00" * 60_000,
    "brackets": "[" * LARGE,
    "numbers": "1," * (LARGE // 2),
    "short words": "a " * 60_000,
    "short sentences": "No. " * 30_000,
    "items": "- a\n" * 20_000,
    "clauses": "a; " * 30_000,
}
FILE_CHARS = 9_900_000  # close to what a file may have
CUT_PERCENT = 21
SMALL_TEXT = "The harbour of Bergen was built in 1310."

Row = tuple[str, str, str, float, float, float]
"""Door, input, status, seconds, and what `Probe.longest_ms` says."""
Send = Callable[[httpx2.Client, str], httpx2.Response]


def context(http: httpx2.Client, text: str) -> httpx2.Response:
    return http.post("/chat/frozen/context", json={"query": text})


def context_messages(http: httpx2.Client, text: str) -> httpx2.Response:
    messages = [{"role": "user", "content": text}, {"role": "user", "content": "And it?"}]
    return http.post("/chat/frozen/context", json={"messages": messages})


def chat(http: httpx2.Client, text: str) -> httpx2.Response:
    return http.post("/chat/frozen", json={"messages": [{"role": "user", "content": text}]})


def completions(http: httpx2.Client, text: str) -> httpx2.Response:
    messages = [{"role": "user", "content": text}]
    return http.post("/chat/frozen/chat/completions", json={"messages": messages})


def alignment(http: httpx2.Client, text: str) -> httpx2.Response:
    body = {"question": "When?", "answer": text[: LARGE // 2], "ground_truth_answer": SMALL_TEXT}
    url = http.base_url.copy_with(path="/evaluation/metrics/alignment")
    return http.post(url, json=body)


def ground_truth(http: httpx2.Client, text: str) -> httpx2.Response:
    body = {"question": "When?", "answer": SMALL_TEXT, "ground_truth_answer": text[: LARGE // 2]}
    url = http.base_url.copy_with(path="/evaluation/metrics/alignment")
    return http.post(url, json=body)


def instructions(http: httpx2.Client, text: str) -> httpx2.Response:
    http.patch("/assistants/frozen", json={"instructions": text[:16_000]})
    answer = chat(http, "When was the harbour built?")
    http.patch("/assistants/frozen", json={"instructions": ""})
    return answer


def metadata_filter(http: httpx2.Client, text: str) -> httpx2.Response:
    return http.post("/chat/frozen/context", json={"query": "When?", "filter": {"a": text}})


def metadata(http: httpx2.Client, text: str) -> httpx2.Response:
    told = {"metadata": json.dumps({"a": text[:3_000], "b": [text[:50]] * 10}, ensure_ascii=False)}
    return http.post("/files/frozen", files={"file": ("a.txt", b"It is.")}, data=told)


def mcp(http: httpx2.Client, text: str) -> httpx2.Response:
    call = {"name": "get_context", "arguments": {"query": text}}
    return http.post(
        http.base_url.copy_with(path="/mcp/assistants/frozen"),
        json={"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": call},
        headers={"Accept": "application/json, text/event-stream"},
    )


def reply(*, as_json: bool = False) -> Send:
    """What a language model writes, checked against the sources."""

    def send(http: httpx2.Client, text: str) -> httpx2.Response:
        Provider.reply = f'{{"a": "{text}"' if as_json else text + " [1]"
        messages = [{"role": "user", "content": "When was the harbour built?"}]
        body = {"messages": messages, "json_response": as_json}
        return http.post("/chat/frozen", json=body)

    return send


def document(ending: str, before: str = "") -> Send:
    def send(http: httpx2.Client, text: str) -> httpx2.Response:
        data = (before + text + "\n\nThe end.").encode()
        sent = http.post("/files/frozen", files={"file": (f"hostile.{ending}", data)})
        if sent.status_code < 300:
            wait_for_files(http, "frozen", 600)
        return sent

    return send


def whole_file(ending: str) -> Send:
    """As much as a file may have, until it is read and cut: vectors of all of it take an hour."""

    def send(http: httpx2.Client, text: str) -> httpx2.Response:
        data = (text * (FILE_CHARS // len(text) + 1))[:FILE_CHARS].encode()[:FILE_CHARS]
        data = data.decode("utf-8", "ignore").encode()
        if ending == "docx":
            data = _docx(data.decode())
        name, known = f"hostile.{ending}", {"file": (f"hostile.{ending}", data)}
        sent = http.post("/files/frozen", files=known)
        if sent.status_code < 300:
            operation = sent.json()["id"]
            _wait_until_cut(http, operation)
            for file in http.get("/files/frozen").json()["files"]:
                if file["name"] == name:
                    http.delete(f"/files/frozen/{file['id']}")
        return sent

    return send


def _docx(text: str) -> bytes:
    """A document whose one paragraph is the text."""
    stream, plain = io.BytesIO(), io.BytesIO()
    docx.Document().save(plain)
    with zipfile.ZipFile(plain) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.namelist():
            body = old.read(member)
            if member == "word/document.xml":
                said = f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>".encode()
                body = body.replace(b"<w:body>", b"<w:body>" + said)
            new.writestr(member, body)
    return stream.getvalue()


def _wait_until_cut(http: httpx2.Client, operation: str) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        found = http.get(f"/operations/frozen/{operation}").json()
        if found["status"] != "Processing" or found["percent_complete"] > CUT_PERCENT:
            return
        time.sleep(0.5)


DOORS: dict[str, Send] = {
    "context": context,
    "context, messages": context_messages,
    "chat": chat,
    "completions": completions,
    "alignment, answer": alignment,
    "alignment, truth": ground_truth,
    "instructions": instructions,
    "filter": metadata_filter,
    "file, text": document("txt"),
    "file, markdown heading": document("md", "# "),
    "file, JSON": document("jsonl"),
    "metadata": metadata,
    "MCP": mcp,
    "reply": reply(),
    "reply, JSON": reply(as_json=True),
    **{f"whole file, {ending}": whole_file(ending) for ending in ("txt", "md", "csv", "docx")},
}


class Provider(BaseHTTPRequestHandler):
    """OpenAI's chat completions, answering each question with `reply` in two events."""

    reply = ""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.end_headers()
        half = len(self.reply) // 2
        for text in (self.reply[:half], self.reply[half:]):
            self._event({"delta": {"content": text}, "finish_reason": None})
        self._event({"delta": {}, "finish_reason": "stop"})
        self.wfile.write(b"data: [DONE]\n\n")

    def _event(self, choice: dict[str, object]) -> None:
        chunk = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
        data = json.dumps({**chunk, "choices": [{"index": 0, **choice}]})
        self.wfile.write(f"data: {data}\n\n".encode())

    def log_message(self, *_: object) -> None:
        """Nothing."""


@contextmanager
def provided() -> Iterator[str]:
    """The address of a provider."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Provider)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/v1"
    finally:
        server.shutdown()


class Probe:
    """Asks `/healthz` over one connection until it is stopped."""

    def __init__(self, url: str, pid: int) -> None:
        self._url = url
        self._pid = pid
        self._stop = Event()
        self._longest = self._own = 0.0
        self._thread = Thread(target=self._ask)

    def __enter__(self) -> "Probe":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def longest_ms(self) -> tuple[float, float]:
        """Since this was last asked: the longest wait, the most that the server computed in one."""
        longest, own = self._longest, self._own
        self._longest = self._own = 0.0
        return 1000 * longest, 1000 * own

    def _ask(self) -> None:
        with httpx2.Client(trust_env=False, timeout=120) as http:
            while not self._stop.wait(0.01):
                began, computed = time.perf_counter(), _cpu_seconds(self._pid)
                http.get(self._url)
                took = time.perf_counter() - began
                self._longest = max(self._longest, took)
                self._own = max(self._own, min(took, _cpu_seconds(self._pid) - computed))


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measured(doors: list[str], inputs: list[str]) -> Iterator[Row]:
    replies = [door for door in doors if door.startswith("reply")]
    yield from _measured([door for door in doors if door not in replies], inputs, {})
    with provided() as address:
        yield from _measured(replies, inputs, {"OPENAI_BASE_URL": address})


def _measured(doors: list[str], inputs: list[str], settings: dict[str, str]) -> Iterator[Row]:
    if not doors:
        return
    with serving(**settings) as served:
        http = served.http
        http.headers["Api-Key"] = KEY
        http.post("/assistants", json={"name": "frozen"}).raise_for_status()
        http.post("/files/frozen", files={"file": ("harbour.txt", SMALL_TEXT.encode())})
        wait_for_files(http, "frozen", 120)
        chat(http, "When?")
        with Probe(str(http.base_url.copy_with(path="/healthz")), served.pid) as probe:
            for door in doors:
                for name in inputs:
                    probe.longest_ms()
                    began = time.perf_counter()
                    ended = str(DOORS[door](http, TEXTS[name]).status_code)
                    yield door, name, ended, time.perf_counter() - began, *probe.longest_ms()


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--doors", help="names, separated by semicolons", default=";".join(DOORS))
    options.add_argument("--inputs", help="likewise", default=";".join(TEXTS))
    chosen = options.parse_args()
    worst = most_own = 0.0
    print(f"{'door':24}{'input':18}{'status':>8}{'seconds':>9}{'/healthz ms':>13}{'own ms':>8}")
    rows = measured(chosen.doors.split(";"), chosen.inputs.split(";"))
    for door, name, ended, seconds, longest, own in rows:
        worst, most_own = max(worst, longest), max(most_own, own)
        print(f"{door:24}{name:18}{ended:>8}{seconds:>9.2f}{longest:>13.0f}{own:>8.0f}", flush=True)
    print(f"the server computed at most {most_own:.0f} ms of it; load {os.getloadavg()[0]:.1f}")
    print(f"longest: {worst:.0f} ms; at most {MOST_MS:.0f} are wanted")
    sys.exit(worst > MOST_MS)


if __name__ == "__main__":
    main()
