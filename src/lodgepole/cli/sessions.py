"""`lodgepole sessions`: people who signed in to a server on this machine."""

import asyncio
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Annotated

import typer

from lodgepole.access.sessions import Session, Sessions
from lodgepole.cli.connection import DataDirOption, JsonOption, load_settings, own_catalog
from lodgepole.cli.screen import columns, say, show_json

if TYPE_CHECKING:
    from lodgepole.runtime.settings import Settings

PROJECT = "default"

app = typer.Typer(
    rich_markup_mode=None,
    help="See who is signed in, and end it, in the data directory of a server on this machine.",
    no_args_is_help=True,
)
ProjectOption = Annotated[str, typer.Option("--project", help="People see one project each.")]


@app.command("list", short_help="List who is signed in.")
def list_sessions(
    *,
    project: ProjectOption = PROJECT,
    as_json: JsonOption = False,
    data_dir: DataDirOption = None,
) -> None:
    """List who is signed in, the newest first: one line for each browser."""
    found = asyncio.run(_list(load_settings(data_dir=data_dir), project))
    if as_json:
        show_json({"sessions": [_as_json(session) for session in found]})
    elif found:
        columns(
            ("ID", "SINCE", "UNTIL", "WHO"),
            [
                (
                    session.id,
                    f"{session.began_at:%Y-%m-%d %H:%M}",
                    f"{session.ends_at:%Y-%m-%d %H:%M}",
                    session.name,
                )
                for session in found
            ],
        )
    else:
        say("Nobody is signed in.")


@app.command("revoke", short_help="End a session.")
def revoke_session(
    session_id: Annotated[str, typer.Argument(help="The session's id; `sessions list` shows it.")],
    *,
    project: ProjectOption = PROJECT,
    as_json: JsonOption = False,
    data_dir: DataDirOption = None,
) -> None:
    """End a session; a running server follows within three seconds.

    To keep somebody out, take them out of their groups at the identity provider too.
    """
    asyncio.run(_revoke(load_settings(data_dir=data_dir), project, session_id))
    if as_json:
        show_json({"revoked": session_id})
    else:
        say(f"Ended {session_id}. A running server refuses it within three seconds.")


def _opened_sessions(settings: "Settings") -> AbstractAsyncContextManager[Sessions]:
    return own_catalog().opened_sessions(settings)


async def _list(settings: "Settings", project: str) -> Sequence[Session]:
    async with _opened_sessions(settings) as sessions:
        return await sessions.list(project)


async def _revoke(settings: "Settings", project: str, session_id: str) -> None:
    async with _opened_sessions(settings) as sessions:
        await sessions.revoke(project, session_id)


def _as_json(session: Session) -> dict[str, str]:
    return {
        "id": session.id,
        "person_id": session.person_id,
        "name": session.name,
        "created_at": session.began_at.isoformat(),
        "expires_at": session.ends_at.isoformat(),
    }
