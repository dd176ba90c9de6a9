"""`lodgepole keys`: make, list and revoke the API keys of a server on this machine."""

import asyncio
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Annotated

import typer

from lodgepole.access.api_keys import Keys, hash_secret
from lodgepole.cli.connection import (
    KEY_FILE,
    DataDirOption,
    JsonOption,
    load_settings,
    own_catalog,
    read_json_option,
    read_key,
)
from lodgepole.cli.screen import columns, say, show_json
from lodgepole.client.api_client import JsonObject
from lodgepole.model import ApiKey, Grant, Role

if TYPE_CHECKING:
    from lodgepole.runtime.settings import Settings

PROJECT = "default"

app = typer.Typer(
    rich_markup_mode=None,
    help="Make, list and revoke API keys, in the data directory of a server on this machine.",
    no_args_is_help=True,
)
ProjectOption = Annotated[
    str, typer.Option("--project", help="Keys see the assistants of their own project alone.")
]


@app.command("create", short_help="Make a key; it is shown once.")
def create_key(
    name: Annotated[str, typer.Argument(help="What the key is for, e.g. `ci`.")],
    *,
    role: Annotated[
        Role, typer.Option(help="What it may do; data roles cannot create assistants.")
    ] = Role.ALL,
    assistants: Annotated[
        list[str] | None,
        typer.Option("--assistant", help="It sees this assistant alone; may be given again."),
    ] = None,
    filter: Annotated[
        str | None,
        typer.Option(help='It sees files that match alone, e.g. \'{"team": "legal"}\'.'),
    ] = None,
    project: ProjectOption = PROJECT,
    as_json: JsonOption = False,
    data_dir: DataDirOption = None,
) -> None:
    """Make a key. It is shown once and works at once, also on a server that is running.

    A key that sees some assistants or files alone has a data role.
    """
    settings = load_settings(data_dir=data_dir)
    grant = None
    if assistants or filter is not None:
        names = frozenset(assistants) if assistants else None
        grant = Grant(assistants=names, filter=read_json_option("--filter", filter))
    secret, key = asyncio.run(_create(settings, project, name, role, grant))
    if as_json:
        show_json({**_as_json(key), "api_key": secret})
        return
    say(secret, style="bold")
    say(f"The key {name!r} ({key.id}) has the role {key.role}. It is not shown again.")


@app.command("list", short_help="List the keys, oldest first.")
def list_keys(
    *,
    project: ProjectOption = PROJECT,
    as_json: JsonOption = False,
    data_dir: DataDirOption = None,
) -> None:
    """List the keys, oldest first. Secrets are stored nowhere and cannot be shown."""
    found = asyncio.run(_list(load_settings(data_dir=data_dir), project))
    if as_json:
        show_json({"keys": [_as_json(key) for key in found]})
    elif found:
        columns(
            ("ID", "ROLE", "SEES", "CREATED", "NAME"),
            [
                (
                    key.id,
                    str(key.role),
                    _in_words(key),
                    f"{key.created_at:%Y-%m-%d %H:%M}",
                    key.name,
                )
                for key in found
            ],
        )
    else:
        say(f"The project {project!r} has no key. Make one: lodgepole keys create NAME")


@app.command("revoke", short_help="Refuse a key from now on.")
def revoke_key(
    key_id: Annotated[str, typer.Argument(help="The key's id; `keys list` shows it.")],
    *,
    project: ProjectOption = PROJECT,
    as_json: JsonOption = False,
    data_dir: DataDirOption = None,
) -> None:
    """Refuse a key from now on; a running server follows within five seconds.

    A key in LODGEPOLE_API_KEY is accepted again at the next start: change the variable too.
    """
    asyncio.run(_revoke(load_settings(data_dir=data_dir), project, key_id))
    if as_json:
        show_json({"revoked": key_id})
    else:
        say(f"Revoked {key_id}. A running server refuses it within five seconds.")


def _opened_keys(settings: "Settings") -> AbstractAsyncContextManager[Keys]:
    return own_catalog().opened_keys(settings)


async def _create(
    settings: "Settings", project: str, name: str, role: Role, grant: Grant | None
) -> tuple[str, ApiKey]:
    async with _opened_keys(settings) as keys:
        return await keys.create(project, name=name, role=role, grant=grant)


async def _list(settings: "Settings", project: str) -> Sequence[ApiKey]:
    async with _opened_keys(settings) as keys:
        return await keys.list(project)


async def _revoke(settings: "Settings", project: str, key_id: str) -> None:
    async with _opened_keys(settings) as keys:
        revoked = [key.hash for key in await keys.list(project) if key.id == key_id]
        await keys.revoke(project, key_id)
    kept = read_key(settings.data_dir)
    if kept is not None and hash_secret(kept) in revoked:
        # A start that finds no key would otherwise take up the one that was revoked.
        (settings.data_dir / KEY_FILE).unlink(missing_ok=True)


def _as_json(key: ApiKey) -> JsonObject:
    return {
        "id": key.id,
        "name": key.name,
        "project": key.project_id,
        "role": str(key.role),
        "created_at": key.created_at.isoformat(),
        **_seen_by(key),
    }


def _seen_by(key: ApiKey) -> JsonObject:
    grant = key.grant or Grant()
    seen = {
        "assistants": None if grant.assistants is None else sorted(grant.assistants),
        "filter": grant.filter,
    }
    return {name: value for name, value in seen.items() if value is not None}


def _in_words(key: ApiKey) -> str:
    grant = key.grant or Grant()
    names = ", ".join(sorted(grant.assistants)) if grant.assistants is not None else "all"
    return names if grant.filter is None else f"{names}, by a filter"
