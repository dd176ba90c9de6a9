"""Small things that a project keeps beside its assistants."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any


class RecordKind(StrEnum):
    FILE = "file"  # that a client uploaded for assistants to take up; its bytes are in the blobs
    PASSING_FILE = "passing_file"  # one that is on its way in, or out: only the sweep sees it
    FILE_BATCH = "file_batch"
    RESPONSE = "response"
    CONVERSATION = "conversation"  # its title, and which turns it has
    TURN = "turn"  # a question of a conversation, with its answer
    AUDIT = "audit"
    SESSION = "session"  # of somebody who signed in with an identity provider
    SESSION_USE = "session_use"  # that a session was in use lately
    USAGE = "usage"  # what assistants were asked and held on one day
    SIGN_IN = "sign_in"  # that an answer of an identity provider was used


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A small thing that a project keeps beside its assistants, as JSON."""

    id: str  # unique within the project, over all kinds
    project_id: str
    kind: RecordKind
    created_at: datetime
    expires_at: datetime | None  # from then on nobody is shown it; None is never
    body: Mapping[str, Any]
