"""`lodgepole chat` and `lodgepole context`: ask an assistant, or see what it would answer from."""

import contextlib
import importlib
import sys
from typing import Annotated

import typer

from lodgepole.cli.answers import describe_reference, write_answer
from lodgepole.cli.chat_history import KeptTalk, SentTalk, kept_talk
from lodgepole.cli.command_shape import UsageError
from lodgepole.cli.connection import (
    AssistantArgument,
    DataDirOption,
    FilterOption,
    JsonOption,
    UrlOption,
    connect,
    read_json_option,
)
from lodgepole.cli.screen import complain, say, show_json
from lodgepole.client.api_client import JsonObject, Unreachable
from lodgepole.errors import LodgepoleError, Unauthenticated

TopKOption = Annotated[
    int | None,
    typer.Option("--top-k", min=1, help="How many snippets to look at.", show_default=False),
]
SnippetSizeOption = Annotated[
    int | None,
    typer.Option(
        "--snippet-size", min=1, help="The longest snippet, in tokens.", show_default=False
    ),
]

LEAVING = frozenset({"", "exit", "quit", "/exit", "/quit"})
TALK_HELP = """\
  Type a question; the next one goes on from it.
  Ctrl-C         stops an answer
  exit, Ctrl-D   leaves; so does an empty line
  /help          shows this"""


def chat(
    assistant: AssistantArgument,
    message: Annotated[
        str | None,
        typer.Argument(
            help="The question. Without one: a conversation, or standard input if it is a pipe.",
            show_default=False,
        ),
    ] = None,
    *,
    model: Annotated[str | None, typer.Option(help="The model's name.", show_default=False)] = None,
    temperature: Annotated[
        float | None, typer.Option(min=0, max=2, help="0 to 2.", show_default=False)
    ] = None,
    filter_: FilterOption = None,
    top_k: TopKOption = None,
    snippet_size: SnippetSizeOption = None,
    keep: Annotated[
        bool, typer.Option("--keep", help="Keep the conversation on the server.")
    ] = False,
    go_on: Annotated[
        bool, typer.Option("--continue", help="Go on with the one kept last, or keep a new one.")
    ] = False,
    conversation: Annotated[
        str | None,
        typer.Option(help="Go on with this one; `conversations list` shows it."),
    ] = None,
    as_json: JsonOption = False,
    url: UrlOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Ask an assistant; the answer names file, page and the words it rests on."""
    request: JsonObject = {"include_highlights": True}
    options = {"top_k": top_k, "snippet_size": snippet_size}
    _put(request, "model", model)
    _put(request, "temperature", temperature)
    _put(request, "filter", read_json_option("--filter", filter_))
    _put(request, "context_options", {k: v for k, v in options.items() if v is not None} or None)
    if message is None and not sys.stdin.isatty():
        message = sys.stdin.read().strip()
        if not message:
            raise UsageError("There is no question, neither on the command line nor piped in.")
    if message is None and as_json:
        raise UsageError("--json needs a question on the command line or in a pipe.")
    with connect(url, data_dir) as client:
        talk = (
            kept_talk(client, assistant, request, conversation, go_on=go_on)
            if keep or go_on or conversation
            else SentTalk(client, assistant, request)
        )
        if message is None:
            client.assistant(assistant)  # a wrong name or key is told before the first question
            _converse(talk, assistant)
        elif as_json:
            show_json(talk.ask(message))
        else:
            write_answer(talk.stream(message))


def context(
    assistant: AssistantArgument,
    query: Annotated[str, typer.Argument(help="What to look for.")],
    *,
    filter_: FilterOption = None,
    top_k: TopKOption = None,
    snippet_size: SnippetSizeOption = None,
    as_json: JsonOption = False,
    url: UrlOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Show the snippets that an answer would be made from, best first."""
    request: JsonObject = {"query": query, "multimodal": False, "include_binary_content": False}
    _put(request, "filter", read_json_option("--filter", filter_))
    _put(request, "top_k", top_k)
    _put(request, "snippet_size", snippet_size)
    with connect(url, data_dir) as client:
        found = client.context(assistant, request)
    if as_json:
        show_json(found)
        return
    if not found["snippets"]:
        say("Nothing found.")
    for number, snippet in enumerate(found["snippets"], start=1):
        where = describe_reference(snippet["reference"])
        say(f"[{number}] {where}  (score {snippet['score']:.2f})", style="cyan")
        say(snippet["content"].strip() + "\n")


def _converse(talk: SentTalk | KeptTalk, assistant: str) -> None:
    """Question and answer in turn, until end of input; Ctrl-C stops one answer, not the talk."""
    say(f"Ask {assistant}. /help shows what else can be typed; exit leaves.", style="dim")
    while True:
        question = _ask()
        if question.lower() in LEAVING:
            return
        if question.startswith("/"):
            say(TALK_HELP, style="dim")
            continue
        events = talk.stream(question)
        try:
            with contextlib.closing(events):
                answer = write_answer(events)
        except KeyboardInterrupt:
            say("\n(stopped)", style="dim")
            continue
        except (Unreachable, Unauthenticated):
            raise
        except LodgepoleError as error:
            complain(str(error))
            continue
        say()
        talk.answered(question, answer.text)


def _ask() -> str:
    with contextlib.suppress(ImportError):
        importlib.import_module("readline")  # gives input() a history and an editable line

    try:
        return input("> ").strip()
    except (EOFError, KeyboardInterrupt):
        say()
        return ""


def _put(request: JsonObject, name: str, value: object) -> None:
    if value is not None:
        request[name] = value
