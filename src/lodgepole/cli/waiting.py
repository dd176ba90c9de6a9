"""Waiting for work that the server does after it has answered."""

import time

from lodgepole.client.api_client import Client, JsonObject
from lodgepole.errors import DeadlineExceeded, NotFound

POLL_SECONDS = 0.2  # between looks; the server holds a look at an operation when its end is near
DELETION_SECONDS = 60.0  # then the command gives up waiting; the deletion goes on


def pause() -> None:
    time.sleep(POLL_SECONDS)  # noqa: TID251  the work is in another process


def until_gone(client: Client, assistant: str) -> None:
    """Return when the assistant's name is free again.

    Raises:
        DeadlineExceeded: It still is not after `DELETION_SECONDS`.
    """
    end = time.monotonic() + DELETION_SECONDS
    while time.monotonic() < end:
        try:
            client.assistant(assistant)
        except NotFound:
            return
        pause()
    raise DeadlineExceeded(f"{assistant} is still being deleted; its files are not cited any more.")


def until_deleted(client: Client, assistant: str, operation: JsonObject) -> JsonObject:
    """The operation when it has ended.

    Raises:
        DeadlineExceeded: It has not after `DELETION_SECONDS`.
    """
    still = f"The file {operation.get('file_id')} is still being deleted; it is not cited any more."
    return _until_ended(client, assistant, operation, still)


def until_changed(client: Client, assistant: str, operation: JsonObject) -> JsonObject:
    """The operation when it has ended.

    Raises:
        DeadlineExceeded: It has not after `DELETION_SECONDS`.
    """
    still = f"The file {operation.get('file_id')} is still being changed, and will be."
    return _until_ended(client, assistant, operation, still)


def _until_ended(client: Client, assistant: str, operation: JsonObject, still: str) -> JsonObject:
    end = time.monotonic() + DELETION_SECONDS
    while time.monotonic() < end:
        if operation["status"] != "Processing":
            return operation
        pause()
        operation = client.operation(assistant, operation["id"])
    raise DeadlineExceeded(still)
