"""Conversations that are shared by a link. Below `/lodgepole`, no part of the published API."""

from collections.abc import Collection, Sequence

from fastapi import APIRouter, Response

from lodgepole.api import conversations as shown
from lodgepole.api import turns
from lodgepole.api.auth import Call, DataRead
from lodgepole.api.json_response import json_response
from lodgepole.api.schemas.conversations import ShareModel
from lodgepole.errors import NotFound
from lodgepole.library.conversation_records import Turn
from lodgepole.library.shared_conversations import as_seen, cited_files, share_id
from lodgepole.model import Assistant

router = APIRouter(tags=["Conversations"])
PLACE = "/console#/shared/"


@router.post("/conversations/{conversation_id}/share", operation_id="share_conversation")
async def share_conversation(call: DataRead, conversation_id: str) -> Response:
    """Make a link by which everybody reads it who may ask its assistant; or say the one there is.

    Readers see what was asked, and of the answers what is from files that they see.
    """
    shared = await call.services.shared.share(call.key, conversation_id)
    id_ = share_id(shared)
    assert id_ is not None, "it was shared just now"
    return json_response(ShareModel(id=id_, url=f"{call.base_url}{PLACE}{id_}"))


@router.delete("/conversations/{conversation_id}/share", operation_id="unshare_conversation")
async def unshare_conversation(call: DataRead, conversation_id: str) -> Response:
    """Take the link back: it leads nowhere from now on."""
    await call.services.shared.unshare(call.key, conversation_id)
    return Response(status_code=200)


@router.get("/shared/{share_id}", operation_id="describe_shared_conversation")
async def describe_shared_conversation(call: DataRead, share_id: str) -> Response:
    """Read a conversation that somebody shared."""
    found = await call.services.shared.open(call.project_id, share_id)
    assistant = await turns.ready(call, found.assistant_name)
    if assistant.id != found.assistant_id:
        raise NotFound("The assistant of this conversation was deleted.")
    said = await call.services.conversations.turns(found)
    hidden = await _hidden(call, assistant, said)
    seen = [as_seen(turn, hidden) for turn in said]
    return json_response(shown.shared_conversation(found, seen))


async def _hidden(call: Call, assistant: Assistant, said: Sequence[Turn]) -> Collection[str] | None:
    """Which cited files the reader does not see; None where the reader sees all that there are."""
    if call.key.grant is None or call.key.grant.filter is None:
        return None
    hidden: set[str] = set()
    for id_ in cited_files(said):
        try:
            await call.services.files.get(assistant, id_)
        except NotFound:
            hidden.add(id_)
    return hidden
