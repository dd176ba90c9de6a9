"""Measures how faithfully files are read: a corpus made by scripts, scored against its truth.

    make bench-reading [ARGS="--only 'pdf tables' --show"]

Exits with 1 where a figure is under its floor in `reading_floors.json`. Floors are raised when
reading gets better, and never lowered.
"""

import argparse
import json
import sys
import tempfile
from pathlib import Path

from reading_corpus import CORPUS
from reading_corpus.case import Case
from reading_scores import MEASURES, Scores, added, score

from lodgepole.adapters.parsers.formats import format_parser
from lodgepole.documents.builder import check_document
from lodgepole.limits import Limits
from lodgepole.model import Document, FileKind

FLOORS = Path(__file__).with_name("reading_floors.json")
KINDS = {
    ".md": FileKind.MARKDOWN,
    ".txt": FileKind.TEXT,
} | {f".{kind.value}": kind for kind in FileKind}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", help="a part of the corpus")
    parser.add_argument("--show", action="store_true", help="print what each file is read as")
    arguments = parser.parse_args()
    floors: dict[str, dict[str, float]] = json.loads(FLOORS.read_text(encoding="utf-8"))
    print(f"{'':14} files " + " ".join(f"{measure:>9}" for measure in MEASURES))
    low: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        for part, cases in CORPUS.items():
            if arguments.only in (None, part):
                each = [read(case, Path(folder), show=arguments.show) for case in cases()]
                shares = _shares(added(each))
                print(f"{part:14} {len(each):5} {_line(shares)}")
                low += [
                    f"{part}: {measure} is {shares.get(measure, 0.0):.3f}, its floor {floor:.3f}"
                    for measure, floor in floors.get(part, {}).items()
                    if shares.get(measure, 0.0) < floor
                ]
    print(*low, sep="\n")
    sys.exit(1 if low else 0)


def read(case: Case, folder: Path, *, show: bool) -> Scores:
    path = folder / case.name
    path.write_bytes(case.data)
    document: Document = format_parser(KINDS[path.suffix])(path, case.name, Limits())
    check_document(document)
    scores = score(case, document)
    if show:
        print(f"--- {case.name}\n{document.text}\n--- {_line(_shares(scores))}")
    return scores


def _shares(scores: Scores) -> dict[str, float]:
    return {measure: found / there for measure, (found, there) in scores.items() if there}


def _line(shares: dict[str, float]) -> str:
    return " ".join(
        f"{shares[measure]:9.3f}" if measure in shares else f"{'-':>9}" for measure in MEASURES
    )


if __name__ == "__main__":
    main()
