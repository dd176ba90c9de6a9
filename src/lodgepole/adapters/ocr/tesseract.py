"""Recogniser: the Tesseract program, one process a page, fed and read through pipes."""

import resource
import shutil
import subprocess
from collections.abc import Sequence
from itertools import groupby

from lodgepole.documents.ocr import Picture, RecognitionFailed, SeenLine, SeenWord

PROGRAM = "tesseract"
LIST_SECONDS = 20
OUTPUT_BYTES = 32 * 1024 * 1024
ORIENTATION = "osd"  # the data by which Tesseract turns pages that lie on their side
_WORD_LEVEL = "5"
_COLUMNS = 12  # of Tesseract's TSV


class TesseractRecogniser:
    """Runs the program in the languages that are both wanted and installed."""

    def __init__(self, program: str, languages: Sequence[str], *, turns: bool) -> None:
        self.languages = tuple(languages)
        self._command = (
            *("env", "OMP_THREAD_LIMIT=1"),  # more threads mostly wait for each other
            *(program, "stdin", "stdout", "-l", "+".join(languages)),
            *("--psm", "1" if turns else "3", "-c", "tessedit_create_tsv=1"),
        )

    def read(self, picture: Picture, *, seconds: float) -> Sequence[SeenLine]:
        header = f"P5\n{picture.width} {picture.height}\n255\n".encode()
        command = (*self._command, "--dpi", str(picture.dpi))
        try:
            process = subprocess.Popen(  # noqa: S603  our own arguments, no shell
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
            )
        except OSError as error:
            raise RecognitionFailed from error
        with process:
            try:
                # Should we be killed, it ends by itself.
                resource.prlimit(process.pid, resource.RLIMIT_CPU, _cpu(seconds))
                output, _ = process.communicate(header + picture.pixels, timeout=seconds)
            except (subprocess.TimeoutExpired, OSError) as error:
                raise RecognitionFailed from error
            finally:
                process.kill()
        if process.returncode or len(output) > OUTPUT_BYTES:
            raise RecognitionFailed
        return lines_of_tsv(output.decode("utf-8", errors="replace"))


def _cpu(seconds: float) -> tuple[int, int]:
    return (int(seconds) + 1, int(seconds) + 2)


def lines_of_tsv(table: str) -> list[SeenLine]:
    """The lines of Tesseract's TSV: `level page block par line word left top width height …`."""
    rows = (line.split("\t") for line in table.split("\n"))
    words = (row for row in rows if len(row) == _COLUMNS and row[0] == _WORD_LEVEL)
    lines: list[SeenLine] = []
    for _, group in groupby(words, key=lambda row: row[1:5]):
        seen = tuple(_word(row) for row in group if row[11].strip())
        if seen:
            lines.append(SeenLine(seen))
    return lines


def _word(row: Sequence[str]) -> SeenWord:
    left, top, width, height = map(float, row[6:10])
    return SeenWord(
        text=row[11].strip(),
        x0=left,
        y0=top,
        x1=left + width,
        y1=top + height,
        confidence=max(float(row[10]), 0.0) / 100,
    )


def find_tesseract(languages: Sequence[str]) -> TesseractRecogniser | None:
    """The installed program, or None when there is none that knows one of the languages."""
    program = shutil.which(PROGRAM)
    if program is None or not languages:
        return None
    try:
        listed = subprocess.run(  # noqa: S603  our own arguments, no shell
            (program, "--list-langs"),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=LIST_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    installed = set(listed.stdout.decode("utf-8", errors="replace").split())
    known = [language for language in languages if language in installed]
    if not known:
        return None
    return TesseractRecogniser(program, known, turns=ORIENTATION in installed)
