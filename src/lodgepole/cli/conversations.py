"""`lodgepole conversations`: what the server keeps of a key's conversations."""

import itertools
from pathlib import Path
from typing import Annotated

import orjson
import typer

from lodgepole.cli.answers import Answer, write_sources
from lodgepole.cli.connection import (
    AssistantArgument,
    DataDirOption,
    JsonOption,
    UrlOption,
    connect,
    write_private,
)
from lodgepole.cli.screen import columns, count, say, show_json
from lodgepole.client.api_client import JsonObject
from lodgepole.client.conversations import ConversationsClient

app = typer.Typer(
    rich_markup_mode=None,
    help="List, show, share, export and delete conversations that the server keeps.",
    no_args_is_help=True,
)

IdArgument = Annotated[
    str, typer.Argument(help="The conversation's id; `conversations list` shows it.")
]
TITLE_CHARS = 60  # shown of a title in a list


@app.command("list", short_help="List conversations.")
def list_conversations(
    assistant: Annotated[
        str | None, typer.Argument(help="With this assistant alone.", show_default=False)
    ] = None,
    *,
    search: Annotated[
        str | None, typer.Option(help="Words that title or messages must have.")
    ] = None,
    most: Annotated[int, typer.Option("--limit", min=1, help="How many to list.")] = 50,
    as_json: JsonOption = False,
    url: UrlOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """List this key's conversations, the one used last first."""
    with connect(url, data_dir) as client:
        found = list(itertools.islice(ConversationsClient(client).list(assistant, search), most))
    if as_json:
        show_json({"conversations": found})
    elif found:
        columns(
            ("ID", "ASSISTANT", "LAST USED", "QUESTIONS", "TITLE"),
            [
                (
                    item["id"],
                    item["assistant"],
                    item["updated_at"],
                    str(item["questions"]),
                    item["title"][:TITLE_CHARS],
                )
                for item in found
            ],
        )
    else:
        say("No conversations. Keep one: lodgepole chat ASSISTANT --keep")


@app.command("show", short_help="Show a conversation.")
def show_conversation(
    conversation_id: IdArgument,
    *,
    as_json: JsonOption = False,
    url: UrlOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Show the questions and answers of a conversation, with their sources."""
    with connect(url, data_dir) as client:
        found = ConversationsClient(client).get(conversation_id)
    if as_json:
        show_json(found)
        return
    say(found["title"] or "(no title)", style="bold")
    for message in found["messages"]:
        say()
        if message["role"] == "user":
            say(f"> {message['content']}", style="cyan")
        else:
            _show_answer(message)


@app.command("export", short_help="Write a conversation as Markdown.")
def export_conversation(
    conversation_id: IdArgument,
    file: Annotated[
        Path | None,
        typer.Argument(help="Where to; left out, it is written to the screen.", show_default=False),
    ] = None,
    *,
    url: UrlOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Write a conversation as Markdown, with file, page and quote of each source."""
    with connect(url, data_dir) as client:
        text = ConversationsClient(client).export(conversation_id)
    if file is None:
        say(text, end="")
    else:
        write_private(file, text)
        say(f"Wrote {file}.")


@app.command("share", short_help="Make a link to a conversation.")
def share_conversation(
    conversation_id: IdArgument,
    *,
    stop: Annotated[bool, typer.Option("--stop", help="Take the link back.")] = False,
    as_json: JsonOption = False,
    url: UrlOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Make a link by which everybody reads a conversation who may ask its assistant.

    Readers see of the answers what is from files that they see.
    """
    with connect(url, data_dir) as client:
        conversations = ConversationsClient(client)
        if stop:
            conversations.unshare(conversation_id)
            made = None
        else:
            made = conversations.share(conversation_id)
    if as_json:
        show_json({"share": made})
    elif made is None:
        say("The link leads nowhere from now on.")
    else:
        say(made["url"])


@app.command("delete", short_help="Delete a conversation.")
def delete_conversation(
    conversation_id: IdArgument,
    *,
    as_json: JsonOption = False,
    url: UrlOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Delete a conversation; for some time it can be restored."""
    with connect(url, data_dir) as client:
        gone = ConversationsClient(client).delete(conversation_id)
    if as_json:
        show_json(gone)
    else:
        say(
            f"Deleted. Until {gone['restorable_until']}: lodgepole conversations restore "
            f"{conversation_id}"
        )


@app.command("restore", short_help="Undo a deletion.")
def restore_conversation(
    conversation_id: IdArgument,
    *,
    as_json: JsonOption = False,
    url: UrlOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Undo the deletion of a conversation."""
    with connect(url, data_dir) as client:
        back = ConversationsClient(client).restore(conversation_id)
    if as_json:
        show_json(back)
    else:
        say(f"Restored {back['id']}.")


@app.command("questions", short_help="Make a question set of rated answers.")
def rated_questions(
    assistant: AssistantArgument,
    file: Annotated[
        Path | None,
        typer.Argument(help="Where to; left out, it is written to the screen.", show_default=False),
    ] = None,
    *,
    url: UrlOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Write the first question of each conversation whose answer was rated, for `lodgepole eval`.

    What follows in a conversation may not stand by itself, and is left out.
    """
    with connect(url, data_dir) as client:
        conversations = ConversationsClient(client)
        found = [conversations.get(one["id"]) for one in conversations.list(assistant)]
    rows = [row for row in map(rated_question, found) if row is not None]
    lines = "".join(orjson.dumps(row).decode() + "\n" for row in rows)
    if file is None:
        say(lines, end="")
    else:
        write_private(file, lines)
        say(f"Wrote {count(len(rows), 'question')} to {file}.")


def rated_question(conversation: JsonObject) -> JsonObject | None:
    """The first question as a line of a question set; None where its answer was not rated.

    A good answer is what others are judged by, with the file and pages that it cites.
    """
    if len(conversation["messages"]) < 2:
        return None
    question, answer = conversation["messages"][:2]
    if answer["rating"] is None:
        return None
    row: JsonObject = {"question": question["content"], "rating": answer["rating"]}
    if answer["comment"]:
        row["comment"] = answer["comment"]
    if answer["rating"] == "up":
        cited = [it for citation in answer["citations"] for it in citation["references"]]
        files = list(dict.fromkeys(it["file"]["name"] for it in cited))
        row |= {"answer": answer["content"], "files": files}
        if len(files) == 1:  # pages are those of every file that is named
            row["pages"] = sorted({page for it in cited for page in it["pages"]})
    return row


def _show_answer(message: JsonObject) -> None:
    """The answer as it is streamed: `[n]` where a citation belongs, sources below."""
    answer = Answer()
    text, done = message["content"], 0
    for citation in message["citations"]:
        at = max(done, citation["position"])
        numbers = dict.fromkeys(answer.number(it) for it in citation["references"])
        say(text[done:at], end="")
        say("".join(f" [{number}]" for number in numbers), style="cyan", end="")
        done = at
    say(text[done:])
    if message["status"] != "completed":
        say(f"({message['status']})", style="dim")
    write_sources(answer)
