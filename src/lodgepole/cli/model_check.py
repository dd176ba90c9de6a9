"""Grades a model by ten questions over the examples: `lodgepole models check`."""

import shutil
import tempfile
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

from lodgepole.cli.demo import examples
from lodgepole.cli.own_server import server_of_its_own
from lodgepole.cli.screen import fields, say
from lodgepole.cli.uploading import upload_all
from lodgepole.client.api_client import Client, JsonObject
from lodgepole.errors import InvalidRequest, LodgepoleError, Unavailable
from lodgepole.evaluation.model_grades import QUESTIONS, Grade, GradedQuestion, Reply
from lodgepole.runtime.settings import Settings

ASSISTANT = "examples"
SHOWN_CHARS = 160  # of an answer that went wrong


def ask_all(
    settings: Settings, model: str, *, told: Callable[[str], None]
) -> list[tuple[GradedQuestion, Reply]]:
    """Each question with the model's reply, in a data directory that is thrown away.

    Args:
        settings: As for a server of one machine.
        model: Its name in requests.
        told: Is given each question before it is asked.

    Raises:
        InvalidRequest: The settings are for many machines, whose data are not to be touched.
        Unavailable: The server does not start, or does not take the examples.
    """
    if settings.on_many_machines:
        raise InvalidRequest(
            "database_url is set, and the questions need a server of one machine: leave it out."
        )
    replies: list[tuple[GradedQuestion, Reply]] = []
    with _examples(settings) as client:
        for question in QUESTIONS:
            told(question.text)
            replies.append((question, _ask(client, model, question)))
    return replies


@contextmanager
def _examples(settings: Settings) -> Generator[Client]:
    """A client of a server whose assistant has read the examples."""
    folder = Path(tempfile.mkdtemp(prefix="lodgepole-check-"))
    try:
        own = settings.model_copy(update={"data_dir": folder})
        with server_of_its_own(own) as server, Client(server.url, server.api_key) as client:
            client.create_assistant(ASSISTANT)
            paths = sorted(examples().iterdir())
            failed = [r for r in upload_all(client, ASSISTANT, paths, quiet=True) if r.error]
            if failed:
                raise Unavailable(f"The examples could not be read: {failed[0].error}")
            yield client
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _ask(client: Client, model: str, question: GradedQuestion) -> Reply:
    messages: list[JsonObject] = []
    try:
        for said in question.said[:-1]:
            messages.append({"role": "user", "content": said})
            answer = client.chat(ASSISTANT, {"messages": messages, "model": model})
            messages.append({"role": "assistant", "content": answer["message"]["content"]})
        messages.append({"role": "user", "content": question.text})
        request: JsonObject = {"messages": messages, "model": model}
        if question.kind == "json":
            answer = client.chat(ASSISTANT, {**request, "json_response": True})
            return Reply(
                text=answer["message"]["content"],
                finish_reason=answer["finish_reason"],
                prompt_tokens=answer["usage"]["prompt_tokens"],
            )
        return _streamed(client, request)
    except LodgepoleError as failure:
        return Reply(problem=str(failure))


def _streamed(client: Client, request: JsonObject) -> Reply:
    begun, first = time.monotonic(), None
    text, files, ended = "", list[str](), JsonObject()
    for event in client.stream_chat(ASSISTANT, request):
        if event["type"] == "content_chunk":
            first = time.monotonic() - begun if first is None else first
            text += event["delta"]["content"]
        elif event["type"] == "citation":
            files += [str(r["file"]["name"]) for r in event["citation"]["references"]]
        elif event["type"] == "message_end":
            ended = event
    return Reply(
        text=text,
        files=tuple(dict.fromkeys(files)),
        finish_reason=str(ended.get("finish_reason")),
        first_seconds=first,
        prompt_tokens=int(ended.get("usage", {}).get("prompt_tokens", 0)),
    )


def show_grade(name: str, grade: Grade) -> None:
    """Write what the model did well, what went wrong, and what to set."""
    seconds = "-" if grade.first_seconds is None else f"{grade.first_seconds:.1f} s"
    say(f"\n{name}, ten questions about the examples", style="bold")
    fields(
        [
            ("  Answers", _of(grade.answers)),
            ("  Citations", _of(grade.citations)),
            ("  Refusals", _of(grade.refusals)),
            ("  JSON", _of(grade.json_answers)),
            ("  First word", seconds),
        ]
    )
    for reply in grade.replies:
        if not reply.right or reply.cited is False:
            what = reply.problem or ("cites nothing for it" if reply.right else "wrong")
            answer = " ".join(reply.answer.split())[:SHOWN_CHARS]
            say(f"  {reply.question} {what}" + (f": {answer}" if answer else ""), style="yellow")
    for sentence in grade.advice:
        say(f"  {sentence}")
    if grade.settings:
        say("\n  Under [[models]], for this model:")
        for setting, value in grade.settings.items():
            say(f"    {setting} = {str(value).lower()}")


def _of(share: tuple[int, int]) -> str:
    return f"{share[0]} of {share[1]}"
