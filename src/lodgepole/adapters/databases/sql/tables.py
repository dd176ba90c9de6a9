"""The schema. Every key begins with the assistant, so that a database can be split by it.

`REVISION` names the migration that makes this schema; a test compares the two.
"""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    literal,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.sql import ColumnElement
from sqlalchemy.types import TypeDecorator

from lodgepole.model import OperationStatus

REVISION = "0013"


class UtcDateTime(TypeDecorator[datetime]):
    """An aware time in UTC. SQLite stores it as text without a zone, in an order that sorts."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(
        self,
        value: Any | None,
        dialect: Dialect,  # noqa: ARG002  the signature is SQLAlchemy's
    ) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


JsonValue = JSON(none_as_null=True)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("id", String(64), nullable=False),
    Column("project_id", String(64), nullable=False),
    Column("name", Text, nullable=False),
    Column("role", String(32), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    UniqueConstraint("project_id", "id"),
)

# Apart from `api_keys`, so that a release which knows no grants knows no such key either.
granted_keys = Table(
    "granted_keys",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("id", String(64), nullable=False),
    Column("project_id", String(64), nullable=False),
    Column("name", Text, nullable=False),
    Column("role", String(32), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("assistants", JsonValue),
    Column("filter", JsonValue),
    UniqueConstraint("project_id", "id"),
)

assistants = Table(
    "assistants",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("project_id", String(64), nullable=False),
    Column("name", String(63), nullable=False),
    Column("status", String(32), nullable=False),
    Column("instructions", Text),
    Column("metadata", JsonValue),
    Column("region", String(8), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("generations", BigInteger, nullable=False),  # the highest one given out
    Column("revision", BigInteger, nullable=False),  # counts changes of what is Available
    # The revision at which a row of a file was last removed.
    Column("removal_revision", BigInteger, nullable=False, server_default="0"),
    Column("default_model", Text),
    UniqueConstraint("project_id", "name"),
    Index(None, "project_id", "created_at", "id"),
)

files = Table(
    "files",
    metadata,
    Column("assistant_id", String(64), ForeignKey("assistants.id"), primary_key=True),
    Column("id", String(128), primary_key=True),
    Column("name", Text, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("crc32c", String(16), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("metadata", JsonValue),
    Column("multimodal", Boolean, nullable=False),
    Column("status", String(32), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("generation", BigInteger, nullable=False),
    Column("published", Boolean, nullable=False),  # was Available at least once
    Column("percent_complete", Integer, nullable=False),
    Column("error_message", Text),
    Column("notice", Text),
    Column("page_count", Integer),
    # The assistant's revision at which it last became, or ceased to be, Available.
    Column("revision", BigInteger, nullable=False, server_default="0"),
    Index(None, "assistant_id", "created_at", "id"),
    Index(None, "assistant_id", "revision"),
)

operations = Table(
    "operations",
    metadata,
    Column("assistant_id", String(64), ForeignKey("assistants.id"), primary_key=True),
    Column("id", String(64), primary_key=True),
    Column("type", String(32), nullable=False),
    Column("status", String(16), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("file_id", String(128)),
    Column("generation", BigInteger, nullable=False),
    Column("upload", JsonValue),
    Column("percent_complete", Integer, nullable=False),
    Column("completed_at", UtcDateTime),
    Column("error_message", Text),
    Column("ingestion_units", Float),
    Column("attempts", Integer, nullable=False),
    Column("unreturned", Integer, nullable=False, server_default="0"),
    Column("worker_id", String(128)),  # who holds it
    Column("due_at", UtcDateTime, nullable=False),  # while held: when the lease runs out
    Index(None, "assistant_id", "created_at", "id"),
    Index(None, "assistant_id", "file_id"),
    Index(None, "completed_at"),
)
# Written out, not bound: SQLite takes an index of a part of the rows only then.
UNFINISHED = operations.c.status == literal(OperationStatus.PROCESSING.value, literal_execute=True)
HELD = operations.c.worker_id.is_not(None)


def _index(name: str, rows: ColumnElement[bool], *columns: str) -> None:
    """An index of those rows of `operations` alone."""
    indexed = [operations.c[column] for column in columns]
    Index(f"ix_operations_{name}", *indexed, sqlite_where=rows, postgresql_where=rows)


# What choosing what to claim looks at: few rows beside all that are finished.
_index("queue", UNFINISHED, "assistant_id", "created_at", "id", "due_at")
_index("due", UNFINISHED, "due_at")
_index("held", UNFINISHED & HELD, "assistant_id", "due_at")

daily_usage = Table(
    "ledger",
    metadata,
    Column("project_id", String(64), primary_key=True),
    Column("key_id", String(64), primary_key=True),  # also of a key that was revoked
    Column("day", Date, primary_key=True),
    Column("requests", BigInteger, nullable=False),
    Column("prompt_tokens", BigInteger, nullable=False),
    Column("completion_tokens", BigInteger, nullable=False),
    Index(None, "day"),
)

sources = Table(
    "sources",
    metadata,
    Column("assistant_id", String(64), ForeignKey("assistants.id"), primary_key=True),
    Column("id", String(64), primary_key=True),
    Column("url", Text, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("every_seconds", BigInteger),
    Column("include", JsonValue, nullable=False),
    Column("exclude", JsonValue, nullable=False),
    Column("metadata", JsonValue),
    Column("rules", JsonValue, nullable=False),
    Column("credential", String(64)),  # its name; the secret is in the settings
    Column("created_at", UtcDateTime, nullable=False),
    Column("due_at", UtcDateTime),
    Column("requested", Boolean, nullable=False),  # while it ran
    Column("claims", BigInteger, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("cursor", Text),
    Column("worker_id", String(128)),  # who holds it
    Column("held_until", UtcDateTime),
    Index(None, "due_at"),
    Index(None, "assistant_id", "created_at", "id"),
)

source_items = Table(
    "source_items",
    metadata,
    Column("assistant_id", String(64), primary_key=True),
    Column("source_id", String(64), primary_key=True),
    Column("key_hash", String(64), primary_key=True),  # SHA-256: a key may be long for an index
    Column("key", Text, nullable=False),
    Column("file_id", String(128), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("fingerprint", Text, nullable=False),
    Column("misses", Integer, nullable=False),
    ForeignKeyConstraint(
        ["assistant_id", "source_id"], ["sources.assistant_id", "sources.id"], ondelete="CASCADE"
    ),
)

source_runs = Table(
    "source_runs",
    metadata,
    Column("assistant_id", String(64), primary_key=True),
    Column("source_id", String(64), primary_key=True),
    Column("id", String(64), primary_key=True),
    Column("status", String(16), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),  # when it began
    Column("finished_at", UtcDateTime),
    Column("counts", JsonValue, nullable=False),
    Column("notes", JsonValue, nullable=False),
    Column("error_message", Text),
    ForeignKeyConstraint(
        ["assistant_id", "source_id"], ["sources.assistant_id", "sources.id"], ondelete="CASCADE"
    ),
    Index(None, "assistant_id", "source_id", "created_at", "id"),
)

records = Table(
    "records",
    metadata,
    Column("project_id", String(64), primary_key=True),
    Column("id", String(64), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime),
    Column("body", JsonValue, nullable=False),
    Index(None, "project_id", "kind", "created_at", "id"),
    Index(None, "expires_at"),
)

webhooks = Table(
    "webhooks",
    metadata,
    Column("project_id", String(64), primary_key=True),
    Column("id", String(64), primary_key=True),
    Column("url", Text, nullable=False),
    Column("events", JsonValue, nullable=False),
    Column("assistant", String(63)),  # its name
    Column("enabled", Boolean, nullable=False),
    Column("secret", Text, nullable=False),  # as it was made: deliveries are signed with it
    Column("old_secret", Text),
    Column("old_secret_until", UtcDateTime),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
)

webhook_deliveries = Table(
    "webhook_deliveries",
    metadata,
    Column("project_id", String(64), primary_key=True),
    Column("webhook_id", String(64), primary_key=True),
    Column("id", String(64), primary_key=True),
    Column("event", String(32), nullable=False),
    Column("status", String(16), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),  # while held: when the lease runs out
    Column("assistant", String(63)),
    Column("assistant_id", String(64)),
    Column("file_id", String(128)),
    Column("operation", JsonValue),
    Column("error_message", Text),
    Column("attempts", Integer, nullable=False),
    Column("claims", BigInteger, nullable=False),
    Column("worker_id", String(128)),  # who holds it
    Column("finished_at", UtcDateTime),
    Column("response_status", Integer),
    Column("last_error", Text),
    ForeignKeyConstraint(
        ["project_id", "webhook_id"], ["webhooks.project_id", "webhooks.id"], ondelete="CASCADE"
    ),
    Index(None, "project_id", "webhook_id", "created_at", "id"),
    Index(None, "assistant_id", "file_id"),
    Index(None, "finished_at"),
)
UNDELIVERED = webhook_deliveries.c.status == literal("Pending", literal_execute=True)
Index(
    "ix_webhook_deliveries_due",
    webhook_deliveries.c.due_at,
    sqlite_where=UNDELIVERED,
    postgresql_where=UNDELIVERED,
)

# One row: the oldest revision whose release can work on this schema, so that during a roll-out a
# release that does not know the schema yet may start.
schema_readers = Table("schema_readers", metadata, Column("oldest", String(32), primary_key=True))

secrets = Table(
    "secrets",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("value", Text, nullable=False),
)

# Who does what only one process at a time should do.
turns = Table(
    "turns",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("holder", String(128), nullable=False),
    Column("until", UtcDateTime, nullable=False),
)

# A bucket a project, of which every process takes some requests at a time.
request_rates = Table(
    "request_rates",
    metadata,
    Column("project_id", String(64), primary_key=True),
    Column("requests", Float, nullable=False),  # that are left
    Column("at", UtcDateTime, nullable=False),
)
