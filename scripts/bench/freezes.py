"""How long the server answers nobody while it is sent what is made to be slow.

    python scripts/bench/freezes.py [--doors context,chat,…] [--inputs marks,…]

Every hostile text goes in at every door of a real server, while `/healthz` is asked again and again
over a connection of its own. Printed for each: how it ended, how long it took, and the longest that
`/healthz` took meanwhile. Exits with 1 when that was more than `MOST_MS`.
"""

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from threading import Event, Thread

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
SMALL_TEXT = "The harbour of Bergen was built in 1310."

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


def document(ending: str, before: str = "") -> Send:
    def send(http: httpx2.Client, text: str) -> httpx2.Response:
        data = (before + text + "\n\nThe end.").encode()
        sent = http.post("/files/frozen", files={"file": (f"hostile.{ending}", data)})
        if sent.status_code < 300:
            wait_for_files(http, "frozen", 600)
        return sent

    return send


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
}


class Probe:
    """Asks `/healthz` over one connection until it is stopped."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._stop = Event()
        self._longest = 0.0
        self._thread = Thread(target=self._ask)

    def __enter__(self) -> "Probe":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def longest_ms(self) -> float:
        """Since this was last asked."""
        longest, self._longest = self._longest, 0.0
        return 1000 * longest

    def _ask(self) -> None:
        with httpx2.Client(trust_env=False, timeout=120) as http:
            while not self._stop.wait(0.01):
                began = time.perf_counter()
                http.get(self._url)
                self._longest = max(self._longest, time.perf_counter() - began)


def measured(doors: list[str], inputs: list[str]) -> Iterator[tuple[str, str, str, float, float]]:
    with serving() as served:
        http = served.http
        http.headers["Api-Key"] = KEY
        http.post("/assistants", json={"name": "frozen"}).raise_for_status()
        http.post("/files/frozen", files={"file": ("harbour.txt", SMALL_TEXT.encode())})
        wait_for_files(http, "frozen", 120)
        chat(http, "When?")
        with Probe(str(http.base_url.copy_with(path="/healthz"))) as probe:
            for door in doors:
                for name in inputs:
                    probe.longest_ms()
                    began = time.perf_counter()
                    ended = str(DOORS[door](http, TEXTS[name]).status_code)
                    yield door, name, ended, time.perf_counter() - began, probe.longest_ms()


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--doors", help="names, separated by semicolons", default=";".join(DOORS))
    options.add_argument("--inputs", help="likewise", default=";".join(TEXTS))
    chosen = options.parse_args()
    worst = 0.0
    print(f"{'door':24}{'input':18}{'status':>8}{'seconds':>9}{'/healthz ms':>13}")
    rows = measured(chosen.doors.split(";"), chosen.inputs.split(";"))
    for door, name, ended, seconds, longest in rows:
        worst = max(worst, longest)
        print(f"{door:24}{name:18}{ended:>8}{seconds:>9.2f}{longest:>13.0f}", flush=True)
    print(f"longest: {worst:.0f} ms; at most {MOST_MS:.0f} are wanted")
    sys.exit(worst > MOST_MS)


if __name__ == "__main__":
    main()
