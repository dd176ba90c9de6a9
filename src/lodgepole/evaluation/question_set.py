"""A user's own questions, as JSON lines or CSV, with what is known of their answers. Pure."""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

import orjson

from lodgepole.errors import InvalidRequest

MOST_QUESTIONS = 10_000
_SEPARATOR = ";"  # between the values of one CSV cell


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question; what is not known of it is left empty.

    Attributes:
        answer: A good answer, which those given are judged against.
        files: Names of the files, any one of which holds it.
        pages: Of those files.
        excerpt: Words of the passage that holds it.
    """

    question: str
    answer: str | None = None
    files: tuple[str, ...] = ()
    pages: tuple[int, ...] = ()
    excerpt: str | None = None

    @property
    def has_relevance(self) -> bool:
        return bool(self.files or self.excerpt)


def read_questions(text: str, *, is_csv: bool) -> list[Question]:
    """The questions in order.

    Columns, or keys: `question`, and optionally `answer`, `file` or `files`, `page` or `pages`,
    `excerpt`. In CSV several values of a cell stand apart by semicolons. Other columns are left.

    Raises:
        InvalidRequest: A line cannot be read; the message names it.
    """
    rows = _csv_rows(text) if is_csv else _json_rows(text)
    questions = [_question(row, line) for line, row in rows]
    if not questions:
        raise InvalidRequest("The set holds no question.")
    if len(questions) > MOST_QUESTIONS:
        raise InvalidRequest(f"The set holds more than {MOST_QUESTIONS} questions. Split it.")
    return questions


def _csv_rows(text: str) -> list[tuple[int, Mapping[str, Any]]]:
    plain = text.removeprefix("\ufeff")
    header = plain.partition("\n")[0]
    # Spreadsheets write semicolons where the comma is the decimal point.
    delimiter = max(",;\t", key=header.count)
    reader = csv.DictReader(io.StringIO(plain, newline=""), delimiter=delimiter)
    reader.fieldnames = [name.strip().lower() for name in reader.fieldnames or ()]
    if "question" not in reader.fieldnames:
        raise InvalidRequest("The first line of the CSV must name the columns, one `question`.")
    return [(reader.line_num, row) for row in reader]


def _json_rows(text: str) -> list[tuple[int, Mapping[str, Any]]]:
    rows: list[tuple[int, Mapping[str, Any]]] = []
    for number, line in enumerate(text.removeprefix("\ufeff").split("\n"), start=1):
        if not line.strip():
            continue
        try:
            row = orjson.loads(line)
        except orjson.JSONDecodeError as error:
            raise InvalidRequest(f"Line {number} is not JSON: {error}.") from error
        if not isinstance(row, dict):
            raise InvalidRequest(f'Line {number} must be an object like {{"question": "…"}}.')
        rows.append((number, cast("dict[str, Any]", row)))
    return rows


def _question(row: Mapping[str, Any], line: int) -> Question:
    question = _text(row.get("question"))
    if not question:
        raise InvalidRequest(f"Line {line} has no question.")
    pages = _list(row.get("pages")) or _list(row.get("page"))
    try:
        numbers = tuple(int(page) for page in pages)
    except ValueError as error:
        raise InvalidRequest(f"Line {line}: pages are whole numbers.") from error
    return Question(
        question=question,
        answer=_text(row.get("answer")),
        files=_list(row.get("files")) or _list(row.get("file")),
        pages=numbers,
        excerpt=_text(row.get("excerpt")),
    )


def _text(value: object) -> str | None:
    return str(value).strip() or None if value is not None else None


def _list(value: object) -> tuple[str, ...]:
    if isinstance(value, list):
        return tuple(str(item).strip() for item in cast("list[object]", value))
    return tuple(part.strip() for part in (_text(value) or "").split(_SEPARATOR) if part.strip())
