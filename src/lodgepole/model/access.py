"""What an API key may do, and what its project uses."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from lodgepole.model.operations import OperationStatus


class Role(StrEnum):
    """What an API key may do within its project."""

    ALL = "all"
    CONTROL_READ = "control_read"  # list and describe assistants
    CONTROL_WRITE = "control_write"  # also create, update and delete them
    DATA_READ = "data_read"  # list and describe files and operations, chat, context
    DATA_WRITE = "data_write"  # also upload, upsert and delete files


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What a key sees of its project."""

    assistants: frozenset[str] | None = None  # names; None is all
    filter: Mapping[str, Any] | None = None  # of files by their metadata; None is all


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """A credential, known by its hash alone; it sees one project and nothing else."""

    id: str
    project_id: str
    name: str
    hash: str  # hex SHA-256 of the secret
    role: Role
    created_at: datetime
    grant: Grant | None = None  # None sees the whole project
    signed_in: bool = False  # a person's session, which acts as a key does


@dataclass(frozen=True, slots=True, kw_only=True)
class DailyUsage:
    """What one key asked for on one day, in UTC."""

    project_id: str
    key_id: str
    day: date
    requests: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectTotals:
    """What a project has; operations are those that the log still knows."""

    assistants: int
    files: int
    bytes: int  # of the files as they were uploaded
    operations: Mapping[OperationStatus, int]
