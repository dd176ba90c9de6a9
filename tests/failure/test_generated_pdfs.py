"""Generated pages of lines, boxes and words at any place, whole and damaged: no crash, no hang."""

import io
import random
import time
from pathlib import Path

import pytest
from reportlab.pdfgen.canvas import Canvas

from lodgepole.adapters.parsers.pdf import parse
from lodgepole.documents.builder import check_document
from lodgepole.errors import UnreadableFile
from lodgepole.limits import Limits

WORDS = [
    "harbour",
    "12",
    "1,204",
    "a",
    "of",
    "3.5%",
    "—",
    "Name:",
    "•",
    "1.",
    "(see)",
    "2019",
    "€5",
    "total",
    "x",
    "Table",
]
FILES = 12  # for each seed
SECONDS = 5.0  # of CPU for one file of three pages at most


def drawn(random_: random.Random) -> bytearray:
    data = io.BytesIO()
    canvas = Canvas(data, pagesize=(595, 842), invariant=1)
    for _ in range(random_.randint(1, 3)):
        if random_.random() < 0.2:
            canvas.setPageRotation(random_.choice([90, 180, 270]))
        for _ in range(random_.randint(0, 60)):
            rule(canvas, random_)
        columns = [random_.uniform(20, 560) for _ in range(random_.randint(1, 9))]
        for row in range(random_.randint(0, 50)):
            y = random_.choice([800 - row * random_.choice([12, 14, 20]), random_.uniform(0, 840)])
            for x in columns:
                if random_.random() < 0.7:
                    write(canvas, random_, x, y)
        canvas.showPage()
    canvas.save()
    return bytearray(data.getvalue())


def rule(canvas: Canvas, random_: random.Random):
    def place(most: float) -> float:
        return random_.choice([60, 100, 200, 300, random_.uniform(0, most)])

    if random_.random() < 0.5:
        canvas.line(place(600), place(840), place(600), place(840))
    else:
        sides = random_.choice([0, 1, 100, 300]), random_.choice([0, 0.5, 20, 200])
        stroke, fill = random_.randint(0, 1), random_.randint(0, 1)
        canvas.rect(place(600), place(840), *sides, stroke=stroke, fill=fill)


def write(canvas: Canvas, random_: random.Random, x: float, y: float):
    font = random_.choice(["Times-Roman", "Times-Bold"])
    canvas.setFont(font, random_.choice([10, 10, 10, 8, 14, 0.1, 60]))
    canvas.saveState()
    canvas.translate(x + random_.choice([0, 0, 5]), y)
    if random_.random() < 0.05:
        canvas.rotate(random_.choice([90, 30, 180, -90]))
    canvas.drawString(0, 0, " ".join(random_.choices(WORDS, k=random_.randint(1, 6))))
    canvas.restoreState()


def damaged(data: bytearray, random_: random.Random) -> bytearray:
    for _ in range(random_.randint(1, 30)):
        data[random_.randrange(len(data))] = random_.randrange(256)
    return data[: random_.randrange(len(data))] if random_.random() < 0.3 else data


@pytest.mark.parametrize("seed", range(8))
def test_a_generated_pdf_is_read_or_refused(tmp_path: Path, seed: int):
    random_ = random.Random(seed)  # noqa: S311  the same pages at each run
    for _ in range(FILES):
        data = drawn(random_)
        path = tmp_path / "a.pdf"
        path.write_bytes(damaged(data, random_) if random_.random() < 0.3 else data)
        began = time.process_time()

        try:
            check_document(parse(path, "a.pdf", Limits()))
        except UnreadableFile as refused:
            assert "a.pdf" in str(refused)

        assert time.process_time() - began < SECONDS
