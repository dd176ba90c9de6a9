"""`lodgepole eval`: how well an assistant does on a set of questions of your own."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import orjson
import typer

from lodgepole.cli.command_shape import UsageError
from lodgepole.cli.connection import DataDirOption, JsonOption, UrlOption, connect, write_whole
from lodgepole.cli.screen import fields, say, show_json
from lodgepole.cli.uploading import gather, upload_all
from lodgepole.client.api_client import Client, JsonObject, Unreachable, user_message
from lodgepole.errors import (
    AlreadyExists,
    InvalidRequest,
    LodgepoleError,
    NotFound,
    Unauthenticated,
)
from lodgepole.evaluation import reports
from lodgepole.evaluation.question_set import Question, read_questions
from lodgepole.evaluation.scoring import (
    citation_scores,
    content_of,
    is_relevant,
    retrieval_scores,
    summary,
)

SHOWN_CHARS = 240  # of each snippet in the report


def evaluate(
    questions: Annotated[
        Path | None,
        typer.Argument(
            metavar="SET",
            help="Questions as .jsonl or .csv, with what is known of their answers.",
            show_default=False,
        ),
    ] = None,
    *,
    assistant: Annotated[
        str | None, typer.Option(help="The assistant's name.", show_default=False)
    ] = None,
    upload: Annotated[
        Path | None,
        typer.Option(
            help="First upload this folder, to the assistant that is created if need be.",
            show_default=False,
        ),
    ] = None,
    retrieval_only: Annotated[
        bool, typer.Option("--retrieval-only", help="Ask for snippets, not for answers.")
    ] = False,
    model: Annotated[str | None, typer.Option(help="The model's name.", show_default=False)] = None,
    out: Annotated[
        Path, typer.Option(help="The report: this name with .json, .md and .html.")
    ] = Path("evaluation"),
    compare: Annotated[
        tuple[Path, Path] | None,
        typer.Option(help="Compare two reports (.json) instead.", show_default=False),
    ] = None,
    as_json: JsonOption = False,
    url: UrlOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Measure retrieval, citations and answers on questions of your own, and write a report."""
    if compare is not None:
        say(reports.comparison(_read_run(compare[0]), _read_run(compare[1])), end="")
        return
    if questions is None or assistant is None:
        raise UsageError("Name a set of questions and an assistant: eval SET --assistant NAME.")
    asked = read_questions(_read(questions), is_csv=questions.suffix.lower() == ".csv")
    with connect(url, data_dir) as client:
        if upload is not None:
            _upload(client, assistant, upload, quiet=as_json)
        options = {} if model is None else {"model": model}
        rows = [
            _asked(client, assistant, question, options, answers=not retrieval_only)
            for question in asked
        ]
    run: JsonObject = {
        "assistant": assistant,
        "when": datetime.now(UTC).isoformat(timespec="seconds"),  # noqa: TID251  the report's own date
        "summary": summary(rows),
        "questions": rows,
    }
    _write(out, run)
    if as_json:
        show_json(run["summary"])
        return
    fields([(name, reports.number(value)) for name, value in run["summary"].items()])
    say(f"\nThe report is {out}.html (also .md and .json).")


def _asked(
    client: Client, assistant: str, question: Question, options: JsonObject, *, answers: bool
) -> JsonObject:
    """One question's row: what was found, what was answered, and the scores of both."""
    row: JsonObject = {"question": question.question, "expected": question.answer, "scores": {}}
    try:
        found = client.context(assistant, {"query": question.question})["snippets"]
        row["retrieved"] = [_shown(question, snippet) for snippet in found]
        if question.has_relevance:
            row["scores"] |= retrieval_scores(question, found)
        if answers:
            request = {"messages": [user_message(question.question)], **options}
            answer, row["seconds"] = _timed(
                lambda: client.chat(assistant, {**request, "include_highlights": True})
            )
            row["answer"] = answer["message"]["content"]
            row["tokens"] = answer["usage"]
            row["scores"] |= citation_scores(answer, found)
            if question.answer and row["answer"]:
                judged = client.alignment(question.question, row["answer"], question.answer)
                row["scores"] |= {name: float(v) for name, v in judged["metrics"].items()}
    except (Unreachable, Unauthenticated, NotFound):  # so for every question
        raise
    except LodgepoleError as error:
        row["error"] = str(error)
    return row


def _timed(call: Callable[[], JsonObject]) -> tuple[JsonObject, float]:
    begun = time.monotonic()
    return call(), time.monotonic() - begun


def _shown(question: Question, snippet: JsonObject) -> JsonObject:
    reference = snippet["reference"]
    return {
        "file": reference["file"]["name"],
        "pages": reference.get("pages") or [],
        "text": " ".join(content_of(snippet).split())[:SHOWN_CHARS],
        "relevant": question.has_relevance and is_relevant(question, snippet),
    }


def _upload(client: Client, assistant: str, folder: Path, *, quiet: bool) -> None:
    """Raises InvalidRequest when a file failed."""
    try:
        client.create_assistant(assistant)
        known: set[str] = set()
    except AlreadyExists:
        known = {file["name"] for file in client.files(assistant)}
    paths = [path for path in gather([folder])[0] if path.name not in known]
    failed = [r for r in upload_all(client, assistant, paths, quiet=quiet) if r.error]
    if failed:
        raise InvalidRequest(f"{failed[0].path.name} cannot be read: {failed[0].error}")


def _write(out: Path, run: JsonObject) -> None:
    contents = {
        ".json": orjson.dumps(run, option=orjson.OPT_INDENT_2).decode(),
        ".md": reports.markdown(run),
        ".html": reports.html(run),
    }
    for ending, content in contents.items():
        write_whole(out.with_name(out.name + ending), content.encode())


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except OSError as error:
        raise UsageError(f"Cannot read {path}: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise InvalidRequest(f"Cannot read {path}: it is no text in UTF-8.") from error


def _read_run(path: Path) -> JsonObject:
    try:
        run = orjson.loads(_read(path))
        if isinstance(run, dict) and {"assistant", "when", "summary", "questions"} <= run.keys():
            return run
    except orjson.JSONDecodeError as error:
        raise InvalidRequest(f"{path} is not JSON: {error}.") from error
    raise InvalidRequest(f"{path} is no report of lodgepole eval.")
