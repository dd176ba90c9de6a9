"""Whether a 100 MB PDF and 10,000 small files in one assistant go through; time and memory.

python scripts/bench/bulk.py --files 10000 --pdf-mb 100
"""

import argparse
import io
import os
import random
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx2
from reportlab import rl_config
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas
from serving import Served, serving, wait_for_files

SIDE = 340  # pixels of a picture, about 0.35 MB of noise
PAGE_BYTES = 7000  # of a page without its picture
UPLOADS = 4


def prose(chance: random.Random, count: int) -> str:
    return " ".join(f"word{chance.randrange(5000)}" for _ in range(count))


def pdf(megabytes: int, chance: random.Random) -> tuple[bytes, int]:
    """Pages of text with a picture each, and how many."""
    rl_config.useA85 = 0  # pictures as bytes, not as text
    stream = io.BytesIO()
    canvas = Canvas(stream, pageCompression=0)
    pages = 0
    while pages * (SIDE * SIDE * 3 + PAGE_BYTES) < (megabytes - 1) * 1_000_000:
        for line in range(45):
            canvas.drawString(60, 780 - 11 * line, prose(chance, 9))
        canvas.drawString(60, 780 - 11 * 45, f"The mark of page {pages + 1} is zqpage{pages + 1}.")
        noise = b"P6 %d %d 255\n" % (SIDE, SIDE) + os.urandom(SIDE * SIDE * 3)
        canvas.drawImage(ImageReader(io.BytesIO(noise)), 60, 20, 250, 250)
        canvas.showPage()
        pages += 1
    canvas.save()
    return stream.getvalue(), pages


def report(what: str, seconds: float, served: Served) -> None:
    print(
        f"{what} in {seconds:.0f} s; at most {served.memory.server:.0f} MiB resident in the "
        f"server, {served.memory.total:.0f} MiB with its children",
        flush=True,
    )


def run_pdf(megabytes: int, workers: str) -> None:
    content, pages = pdf(megabytes, random.Random(1))  # noqa: S311  the same each time
    with serving("--workers", workers) as served:
        http = served.http
        http.post("/assistants", json={"name": "a"}).raise_for_status()
        began = time.monotonic()
        http.post("/files/a", files={"file": ("large.pdf", content)}).raise_for_status()
        accepted = time.monotonic() - began
        wait_for_files(http, "a", 1800)
        file = http.get("/files/a").json()["files"][0]
        assert file["status"] == "Available", file
        found = http.post("/chat/a/context", json={"query": f"zqpage{pages}"}).json()["snippets"]
        assert any(f"zqpage{pages}" in snippet["content"] for snippet in found)
        report(
            f"PDF of {len(content) / 1e6:.0f} MB and {pages} pages accepted in {accepted:.1f} s, "
            "searchable",
            time.monotonic() - began,
            served,
        )


def small_files(count: int) -> Iterator[tuple[str, bytes]]:
    chance = random.Random(2)  # noqa: S311  the same each time
    for number in range(count):
        text = f"The mark of file {number} is zqfile{number}. {prose(chance, 40)}"
        yield f"{number}.txt", text.encode()


def run_files(count: int, workers: str) -> None:
    with serving("--workers", workers) as served:
        http = served.http
        http.post("/assistants", json={"name": "a"}).raise_for_status()
        began = time.monotonic()

        def upload(file: tuple[str, bytes]) -> int:
            return http.post("/files/a", files={"file": file}).status_code

        with ThreadPoolExecutor(UPLOADS) as pool:
            codes = list(pool.map(upload, small_files(count)))
        assert set(codes) <= {200, 201, 202}, set(codes)
        accepted = time.monotonic() - began
        wait_for_files(http, "a", 3600)
        done = time.monotonic() - began
        for number in (0, count // 2, count - 1):
            answer = http.post("/chat/a/context", json={"query": f"zqfile{number}"})
            contents = [snippet["content"] for snippet in answer.json()["snippets"]]
            assert any(f"zqfile{number}." in content for content in contents), number
        report(f"{count} files accepted in {accepted:.0f} s, searchable", done, served)
        _time_questions(http, count)


def _time_questions(http: httpx2.Client, count: int) -> None:
    taken: list[float] = []
    for number in range(0, count, max(1, count // 50)):
        began = time.perf_counter()
        http.post("/chat/a/context", json={"query": f"zqfile{number}"}).raise_for_status()
        taken.append(time.perf_counter() - began)
    print(f"/context over {count} files: {sorted(taken)[len(taken) // 2] * 1e3:.0f} ms (median)")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--pdf-mb", type=int, default=99)
    parser.add_argument("--workers", default="2")
    options = parser.parse_args()
    if options.pdf_mb:
        run_pdf(options.pdf_mb, options.workers)
    if options.files:
        run_files(options.files, options.workers)


if __name__ == "__main__":
    main()
