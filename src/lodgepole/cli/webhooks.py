"""`lodgepole webhooks`: addresses that are told when operations finish."""

import itertools
from typing import Annotated

import typer

from lodgepole.cli.command_shape import UsageError
from lodgepole.cli.connection import DataDirOption, JsonOption, UrlOption, connect
from lodgepole.cli.screen import columns, say, show_json
from lodgepole.client.api_client import JsonObject
from lodgepole.client.webhooks import WebhooksClient

app = typer.Typer(
    rich_markup_mode=None,
    help="Tell addresses when operations finish; for keys with the role `all`.",
    no_args_is_help=True,
)

IdArgument = Annotated[str, typer.Argument(help="The webhook's id; `webhooks list` shows it.")]
EventOption = Annotated[
    list[str] | None,
    typer.Option("--event", help="operation.completed or operation.failed; repeatable."),
]
DELIVERIES_SHOWN = 20


@app.command("create", short_help="Make a webhook, and show its secret.")
def create_webhook(
    address: Annotated[str, typer.Argument(help="https://…, where deliveries are sent.")],
    *,
    events: EventOption = None,
    assistant: Annotated[
        str | None, typer.Option(help="Of this assistant alone.", show_default=False)
    ] = None,
    as_json: JsonOption = False,
    url: UrlOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Make a webhook, which is told of operations that finish from now on."""
    with connect(url, data_dir) as client:
        made = WebhooksClient(client).create(address, events=events or None, assistant=assistant)
    _show_secret(made, f"Made {made['id']}.", as_json=as_json)


@app.command("list")
def list_webhooks(
    *, as_json: JsonOption = False, url: UrlOption = None, data_dir: DataDirOption = None
) -> None:
    """List the webhooks, oldest first."""
    with connect(url, data_dir) as client:
        found = WebhooksClient(client).list()
    if as_json:
        show_json({"webhooks": found})
    elif found:
        columns(
            ("ID", "STATE", "ASSISTANT", "EVENTS", "ADDRESS"),
            [
                (
                    item["id"],
                    "enabled" if item["enabled"] else "disabled",
                    item["assistant"] or "all",
                    ", ".join(item["events"]),
                    item["url"],
                )
                for item in found
            ],
        )
    else:
        say("No webhooks yet. Make one: lodgepole webhooks create ADDRESS")


@app.command("update", short_help="Change, disable or enable a webhook.")
def update_webhook(
    webhook_id: IdArgument,
    *,
    address: Annotated[
        str | None, typer.Option(help="Where deliveries are sent.", show_default=False)
    ] = None,
    events: EventOption = None,
    assistant: Annotated[
        str | None, typer.Option(help='Of this one alone; "" for all.', show_default=False)
    ] = None,
    enabled: Annotated[bool | None, typer.Option("--enable/--disable", show_default=False)] = None,
    as_json: JsonOption = False,
    url: UrlOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Change a webhook; what is not given stays. A disabled one is told of nothing."""
    if address is None and not events and assistant is None and enabled is None:
        raise UsageError(
            "Nothing to change: give --address, --event, --assistant, --enable or --disable."
        )
    with connect(url, data_dir) as client:
        changed = WebhooksClient(client).update(
            webhook_id, url=address, events=events or None, assistant=assistant, enabled=enabled
        )
    if as_json:
        show_json(changed)
    else:
        say(f"Changed {webhook_id}; it is {'enabled' if changed['enabled'] else 'disabled'}.")


@app.command("rotate", short_help="Give a webhook a new secret.")
def rotate_secret(
    webhook_id: IdArgument,
    *,
    as_json: JsonOption = False,
    url: UrlOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Give a webhook a new secret. For 24 hours deliveries are signed with the old one, too."""
    with connect(url, data_dir) as client:
        rotated = WebhooksClient(client).rotate(webhook_id)
    _show_secret(rotated, f"{webhook_id} has a new secret.", as_json=as_json)


@app.command("test", short_help="Deliver something that means nothing.")
def test_webhook(
    webhook_id: IdArgument,
    *,
    as_json: JsonOption = False,
    url: UrlOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Deliver a `webhook.test`; `webhooks deliveries` shows how it went."""
    with connect(url, data_dir) as client:
        made = WebhooksClient(client).test(webhook_id)
    _show_due(made, as_json=as_json)


@app.command("deliveries", short_help="List deliveries, newest first.")
def list_deliveries(
    webhook_id: IdArgument,
    *,
    limit: Annotated[int, typer.Option(help="Show so many, the newest.")] = DELIVERIES_SHOWN,
    as_json: JsonOption = False,
    url: UrlOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Show what a webhook was told and is to be told, newest first."""
    with connect(url, data_dir) as client:
        found = list(itertools.islice(WebhooksClient(client).deliveries(webhook_id), limit))
    if as_json:
        show_json({"deliveries": found})
    elif found:
        columns(
            ("ID", "EVENT", "STATUS", "ATTEMPTS", "CREATED", "LAST ERROR"),
            [
                (
                    item["id"],
                    item["event"],
                    item["status"],
                    str(item["attempts"]),
                    item["created_at"],
                    item["last_error"] or "-",
                )
                for item in found
            ],
        )
    else:
        say("Nothing was delivered yet.")


@app.command("redeliver")
def redeliver(
    webhook_id: IdArgument,
    delivery_id: Annotated[str, typer.Argument(help="As `webhooks deliveries` shows it.")],
    *,
    as_json: JsonOption = False,
    url: UrlOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Make a delivery again, under the same id."""
    with connect(url, data_dir) as client:
        due = WebhooksClient(client).redeliver(webhook_id, delivery_id)
    _show_due(due, as_json=as_json)


@app.command("delete", short_help="Delete a webhook.")
def delete_webhook(
    webhook_id: IdArgument,
    *,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    as_json: JsonOption = False,
    url: UrlOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Delete a webhook with its deliveries; what is pending is not delivered."""
    if not yes:
        typer.confirm(f"Delete the webhook {webhook_id}?", abort=True, err=True)
    with connect(url, data_dir) as client:
        WebhooksClient(client).remove(webhook_id)
    if as_json:
        show_json({"id": webhook_id, "deleted": True})
    else:
        say(f"Deleted {webhook_id}.")


def _show_secret(webhook: JsonObject, done: str, *, as_json: bool) -> None:
    if as_json:
        show_json(webhook)
    else:
        say(f"{done} Keep its secret, which is not shown again: {webhook['secret']}")


def _show_due(delivery: JsonObject, *, as_json: bool) -> None:
    if as_json:
        show_json(delivery)
    else:
        of = delivery["id"]
        say(f"{of} is on its way: lodgepole webhooks deliveries ID shows how it went.")
