"""Measures reading, cutting and embedding files, apart and by kind.

    make bench-ingest [ARGS="--pages 200 --cache DIRECTORY"]

The documents are made here, alike at each run. Reading is timed in this process, the way a child
does it; CPU-seconds are what counts, so that other programs do not. Embedding is compared with the
bare network on the same passages in the same run.
"""

import argparse
import asyncio
import io
import json
import random
import resource
import shutil
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import platformdirs
from docx import Document as WordDocument
from reportlab.pdfgen.canvas import Canvas

from lodgepole.adapters.embedders.builtin import OnnxRuntimeEmbedder, find_model
from lodgepole.adapters.embedders.tokenizer import TokenizersTokenizer
from lodgepole.adapters.parsers.formats import format_parser
from lodgepole.ingestion.chunking import chunk
from lodgepole.ingestion.processing import EMBED_BATCH
from lodgepole.limits import Limits
from lodgepole.model import Document, FileKind, Passage

CHARS_PER_PAGE = 2500
EMBEDDED = 320  # passages
PROSE = (
    "harbour vessel pilot register cargo captain council beacon quay tide fee master anchor light "
    "storm rope crew report office letter morning winter stone bridge market window garden river "
    "answer number measure paper signal voyage island engine keeper ledger the a of and to in is "
    "was for on with that by from at which their had not before after every under between"
)
WORDS = PROSE.split()


def sentences(random_: random.Random, chars: int) -> Iterator[str]:
    """Sentences of made-up prose, `chars` characters in all or a little more."""
    while chars > 0:
        words = [random_.choice(WORDS) for _ in range(random_.randint(6, 22))]
        sentence = " ".join(words).capitalize() + "."
        chars -= len(sentence) + 1
        yield sentence


def paragraphs(seed: int, pages: int) -> list[str]:
    random_ = random.Random(seed)  # noqa: S311  the same prose at each run
    return [" ".join(sentences(random_, CHARS_PER_PAGE // 4)) for _ in range(4 * pages)]


def pdf(pages: int) -> bytes:
    data = io.BytesIO()
    canvas = Canvas(data, pagesize=(595, 842), invariant=1)
    texts = paragraphs(1, pages)
    for page in range(pages):
        canvas.setFont("Times-Bold", 14)
        canvas.drawString(60, 790, f"Section {page + 1}")
        canvas.setFont("Times-Roman", 10)
        y = 765
        for text in texts[4 * page : 4 * page + 4]:
            for start in range(0, len(text), 95):
                canvas.drawString(60, y, text[start : start + 95])
                y -= 12
            y -= 10
        canvas.showPage()
    canvas.save()
    return data.getvalue()


def docx(pages: int) -> bytes:
    document = WordDocument()
    for number, text in enumerate(paragraphs(2, pages)):
        if number % 8 == 0:
            document.add_heading(f"Chapter {number // 8 + 1}", 1)
        document.add_paragraph(text)
    data = io.BytesIO()
    document.save(data)
    return data.getvalue()


def markdown(pages: int) -> bytes:
    parts = [
        f"## Part {number}\n\n{text}" if number % 4 == 0 else text
        for number, text in enumerate(paragraphs(3, pages))
    ]
    return "\n\n".join(parts).encode()


def json_records(pages: int) -> bytes:
    records = [{"id": n, "note": text} for n, text in enumerate(paragraphs(4, pages))]
    return json.dumps(records).encode()


def html(pages: int) -> bytes:
    body = "".join(f"<h2>Part</h2><p>{text}</p>" for text in paragraphs(5, pages))
    return f"<html><body>{body}</body></html>".encode()


def csv(pages: int) -> bytes:
    rows = (f'{n},"{text}"' for n, text in enumerate(paragraphs(6, pages)))
    return "\n".join(("number,note", *rows)).encode()


def epub(pages: int) -> bytes:
    data = io.BytesIO()
    items = "".join(f'<item id="c{n}" href="c{n}.xhtml"/>' for n in range(pages))
    spine = "".join(f'<itemref idref="c{n}"/>' for n in range(pages))
    texts = paragraphs(7, pages)
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr(
            "META-INF/container.xml",
            '<container><rootfiles><rootfile full-path="p.opf"/></rootfiles></container>',
        )
        book.writestr(
            "p.opf",
            f"<package><manifest>{items}</manifest><spine>{spine}</spine></package>",
        )
        for n in range(pages):
            chapter = "".join(f"<p>{text}</p>" for text in texts[4 * n : 4 * n + 4])
            book.writestr(f"c{n}.xhtml", f"<html><body><h1>{n}</h1>{chapter}</body></html>")
    return data.getvalue()


MAKERS: dict[FileKind, Callable[[int], bytes]] = {
    FileKind.PDF: pdf,
    FileKind.DOCX: docx,
    FileKind.MARKDOWN: markdown,
    FileKind.TEXT: markdown,
    FileKind.JSON: json_records,
    FileKind.HTML: html,
    FileKind.CSV: csv,
    FileKind.EPUB: epub,
}


def timed(work: Callable[[], object]) -> float:
    """CPU-seconds of this process, all threads."""
    begin = time.process_time()
    work()
    return time.process_time() - begin


def read_all(folder: Path, pages: int, tokenizer: TokenizersTokenizer) -> list[Passage]:
    """Print a line for each kind; the passages of the PDF."""
    print("kind        pages     MB   pages/CPU-s  MB/CPU-s   cutting, MB of text/CPU-s")
    kept: list[Passage] = []
    for kind, make in MAKERS.items():
        path = folder / kind.value
        path.write_bytes(make(pages))
        passages = read(path, kind, tokenizer)
        kept = kept or passages
    return kept


def read(path: Path, kind: FileKind, tokenizer: TokenizersTokenizer) -> list[Passage]:
    parse, found, cut = format_parser(kind), [], []
    taken = min(timed(lambda: found.append(parse(path, path.name, Limits()))) for _ in range(2))
    document: Document = found[-1]
    count = len(document.pages) if kind is FileKind.PDF else len(document.text) / CHARS_PER_PAGE
    cutting = timed(lambda: cut.extend(chunk(document, file_name=path.name, tokenizer=tokenizer)))
    size, text = path.stat().st_size / 1e6, len(document.text) / 1e6
    print(
        f"{kind.value:10} {count:6.0f} {size:6.2f}   {count / taken:11.0f} {size / taken:9.2f} "
        f"{text / cutting:10.2f}"
    )
    return cut


def embed(passages: list[Passage], cache_dir: Path) -> None:
    texts = [passage.text for passage in passages[:EMBEDDED]]
    tokens = sum(passage.tokens for passage in passages[:EMBEDDED])
    embedder = OnnxRuntimeEmbedder(cache_dir)
    network = embedder._network

    def bare() -> None:
        for text in texts:
            network.embed(text)

    def as_ingested() -> None:
        async def run() -> None:
            for start in range(0, len(texts), EMBED_BATCH):
                await embedder.embed_passages(texts[start : start + EMBED_BATCH])

        asyncio.run(run())

    for text in texts[:8]:
        network.embed(text)
    raw, ours = timed(bare), timed(as_ingested)
    print(f"\nembedding  {len(texts)} passages, {tokens} tokens, {embedder.identity.engine}")
    for name, taken in (("bare network", raw), ("as ingested", ours)):
        print(
            f"  {name:13} {len(texts) / taken:6.1f} passages/CPU-s, "
            f"{tokens / taken:8.0f} tokens/CPU-s"
        )
    print(f"  ratio         {raw / ours:.2f}")


def main() -> None:
    parser = argparse.ArgumentParser(description="Measures reading, cutting and embedding files.")
    default = platformdirs.user_cache_path("lodgepole", appauthor=False)
    parser.add_argument("--cache", type=Path, default=default)
    parser.add_argument("--pages", type=int, default=200)
    arguments = parser.parse_args()
    folder = Path(tempfile.mkdtemp())
    try:
        tokenizer = TokenizersTokenizer(find_model(arguments.cache).tokenizer)
        passages = read_all(folder, arguments.pages, tokenizer)
        print(f"\npeak memory of reading {peak_mib():.0f} MiB")
        embed(passages, arguments.cache)
        print(f"peak memory of all     {peak_mib():.0f} MiB")
    finally:
        shutil.rmtree(folder)


def peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
