"""`lodgepole demo`: from nothing to a cited answer, on the examples or on your own files."""

import contextlib
import re
import shutil
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

import lodgepole
from lodgepole.cli.answers import write_answer
from lodgepole.cli.command_shape import UsageError
from lodgepole.cli.connection import load_settings
from lodgepole.cli.own_server import OwnServer, server_of_its_own
from lodgepole.cli.questions import questions_about
from lodgepole.cli.screen import say
from lodgepole.cli.uploading import gather, upload_all
from lodgepole.client.api_client import Client, JsonObject, user_message
from lodgepole.errors import AlreadyExists, Unavailable

QUESTIONS = (
    "How long does a signed link to a file stay valid?",
    "When can the name of a deleted assistant be used again?",
    "What happens to files that were being processed when the server was killed?",
)
"""Asked about the examples; each has its answer on one page of one of them."""

OWN_QUESTIONS = 3
LOOKED_INTO = 8  # files, so that a large folder does not delay the first answer
SNIPPETS = 16  # of one file that questions are made of
QUOTING_MODEL = "lodgepole-extractive"
"""Asked by name, so that no document leaves the machine because of a key for another program."""


def demo(
    files: Annotated[
        Path | None,
        typer.Argument(help="A folder of your own files, or one file. Default: the examples."),
    ] = None,
) -> None:
    """Start a server, upload files, ask three questions and show the cited answers."""
    files = files.expanduser() if files else None  # `make demo FILES=~/x` leaves it to us
    home = load_settings().data_dir / "demo"
    settings = load_settings(data_dir=home)
    found, left_out = gather([files or examples()])
    if not found:
        raise UsageError(f"In {files} is no file of a kind that can be read.")
    name = "demo" if files is None else assistant_name(files)
    begun = time.monotonic()
    say("Starting a server", style="bold")
    with server_of_its_own(settings) as server, Client(server.url, server.api_key) as client:
        say(f"  {server.url}, data in {server.data_dir}")
        _ensure_assistant(client, name)
        say(f"\nUploading {len(found)} files to the assistant {name!r}", style="bold")
        failed = _upload(client, name, found)
        for path in left_out:
            say(f"  {path.name}: left out, not a kind of file that is read")
        questions: Sequence[str] = QUESTIONS
        if failed < len(found):
            if files is not None:
                questions = _own_questions(client, name, found)
            _ask(client, name, questions[:1])
            say(f"\n(first answer {time.monotonic() - begun:.1f} s after the start)", style="dim")
            _ask(client, name, questions[1:])
    _say_how_to_go_on(server, name, questions[0])
    if failed:
        say(f"\n{failed} of {len(found)} files failed; the reasons stand above.", style="red")
    if failed == len(found):
        raise typer.Exit(1)


def examples() -> Path:
    """The folder of examples: in the installed package, else in the checkout.

    Raises:
        Unavailable: Neither is there.
    """
    package = Path(lodgepole.__file__).parent
    for folder in (package / "examples", package.parent.parent / "examples"):
        if folder.is_dir():
            return folder
    raise Unavailable("The examples are not installed. Name files of yours: lodgepole demo DIR")


def assistant_name(files: Path) -> str:
    """A valid assistant's name made of the folder's or file's own."""
    words = re.sub(r"[^A-Za-z0-9]+", "-", files.resolve().stem)[:60].strip("-")
    return words or "own-files"


def title(path: Path) -> str:
    """Title of the file, in words."""
    return re.sub(r"[\W_]+", " ", path.stem).strip() or path.name


def _own_questions(client: Client, name: str, paths: Sequence[Path]) -> list[str]:
    """Questions that the files themselves answer, made of what they say."""
    texts: dict[str, list[str]] = {title(path): [] for path in paths}
    for path in paths[:LOOKED_INTO]:
        request = {"query": f"What is {title(path)}?", "top_k": SNIPPETS, "multimodal": False}
        for snippet in client.context(name, request)["snippets"]:
            if snippet["reference"]["file"]["name"] == path.name:
                texts[title(path)].append(snippet["content"])
    return questions_about(texts, most=OWN_QUESTIONS)


def _ensure_assistant(client: Client, name: str) -> None:
    """Create it, or go on with the one of an earlier demo."""
    with contextlib.suppress(AlreadyExists):
        client.create_assistant(name, instructions="Answer from the files, in plain words.")


def _upload(client: Client, name: str, paths: Sequence[Path]) -> int:
    """Upload what an earlier demo did not; how many failed."""
    known = {_identity(file["name"], file): file for file in client.files(name)}
    fresh: list[Path] = []
    for path in paths:
        before = known.get((path.name, path.stat().st_size))
        if before is not None and before["status"] == "Available":
            say(f"  {path.name}: ready, from an earlier demo")
        else:
            fresh.append(path)
    return sum(1 for result in upload_all(client, name, fresh) if result.error is not None)


def _identity(name: str, file: JsonObject) -> tuple[str, int]:
    return name, int(file.get("size") or 0)


def _ask(client: Client, name: str, questions: Sequence[str]) -> None:
    for question in questions:
        say(f"\n> {question}", style="bold")
        request = {
            "messages": [user_message(question)],
            "model": QUOTING_MODEL,
            "include_highlights": True,
        }
        write_answer(client.stream_chat(name, request))


def _say_how_to_go_on(server: OwnServer, name: str, question: str) -> None:
    program = _program()
    url = f"http://127.0.0.1:{load_settings().port}"
    where = f"--data-dir {server.data_dir}"
    say("\nGo on", style="bold")
    say(f"  Serve what you just made:   {program} serve {where}")
    say(f"  Ask, in another terminal:   {program} chat {name} {where}")
    say("  Or from Python, with the official SDK (pip install pinecone):\n")
    for line in _snippet(url, server.api_key, name, question):
        say(f"    {line}")
    say(f"\n  The data is in {server.data_dir}. Delete the folder to be rid of it.")


def _snippet(url: str, api_key: str, name: str, question: str) -> list[str]:
    return [
        "from pinecone import Pinecone",
        f'pc = Pinecone(api_key="{api_key}", host="{url}")',
        "answer = pc.assistants.chat(",
        f'    assistant_name="{name}",',
        f'    messages=[{{"role": "user", "content": "{question}"}}],',
        ")",
        "print(answer.message.content, answer.citations)",
    ]


def _program() -> str:
    """How this program is called from here."""
    if shutil.which("lodgepole"):
        return "lodgepole"
    installed = Path(sys.executable).parent / "lodgepole"
    with contextlib.suppress(ValueError):
        return str(installed.relative_to(Path.cwd()))
    return str(installed)
