"""Resolves a file by its id or its name."""

from lodgepole.client.api_client import Client, JsonObject
from lodgepole.errors import InvalidRequest, NotFound

SHOWN = 5  # ids in a message


def find_file(
    client: Client, assistant: str, given: str, *, include_url: bool = False
) -> JsonObject:
    """The file of this id; else the one of this name.

    Raises:
        InvalidRequest: Several files have the name.
        NotFound: None has it, or there is no such assistant.
    """
    try:
        return client.file(assistant, given, include_url=include_url)
    except (NotFound, InvalidRequest):  # a name with a dot is no valid id
        named = [file for file in client.files(assistant) if file["name"] == given]
    if not named:
        raise NotFound(
            f"{assistant} has no file with the id or the name {given!r}: "
            f"`lodgepole files list {assistant}` shows them."
        )
    if len(named) > 1:
        ids = ", ".join(file["id"] for file in named[:SHOWN])
        more = f" and {len(named) - SHOWN} more" if len(named) > SHOWN else ""
        raise InvalidRequest(
            f"{len(named)} files are called {given!r}; name one by id: {ids}{more}."
        )
    return (
        client.file(assistant, named[0]["id"], include_url=include_url) if include_url else named[0]
    )
