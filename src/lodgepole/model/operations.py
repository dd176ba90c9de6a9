"""Accepted changes of an assistant, and the lease that a worker holds on one."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from lodgepole.model.files import Upload


class OperationType(StrEnum):
    UPLOAD_FILE = "upload_file"
    UPSERT_FILE = "upsert_file"
    UPDATE_FILE_METADATA = "update_file_metadata"
    DELETE_FILE = "delete_file"
    DELETE_ASSISTANT = "delete_assistant"  # internal: never listed on the wire


class OperationStatus(StrEnum):
    PROCESSING = "Processing"
    COMPLETED = "Completed"
    FAILED = "Failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One accepted change. The log of these is both the work queue and the public /operations."""

    id: str
    assistant_id: str
    type: OperationType
    status: OperationStatus
    created_at: datetime
    file_id: str | None  # None only for DELETE_ASSISTANT
    generation: int = 0  # what it publishes; of DELETE_FILE, what it removes is below; else 0
    upload: Upload | None = None  # None for deletions
    percent_complete: int = 0  # 0..100
    completed_at: datetime | None = None
    error_message: str | None = None
    ingestion_units: float | None = None
    attempts: int = 0  # times it was claimed; also the fencing token of the current claim
    unreturned: int = 0  # of these, the current one and those whose holder died of it, or beside it


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A worker's lease on an operation. Writes under a claim that was overtaken are refused."""

    operation: Operation  # with `attempts` as of this claim
    worker_id: str
    expires_at: datetime
