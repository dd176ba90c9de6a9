"""The tables of the index on PostgreSQL; nothing on SQLite, whose index has files of its own.

`adapters/postgres_index` reads and writes them. They are made here because a database has one
chain of migrations. Every key begins with the assistant. The large ones are partitioned by it, so
that a statement about one assistant touches one partition, and a vacuum a part of a table.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

PARTITIONS = 16
PARTITIONED = ("index_passages", "index_vectors", "index_words")

# Numbers of files are revisions: of one sequence for all assistants, so that none comes twice,
# not even after an assistant was dropped and made again.
TABLES = """
CREATE SEQUENCE index_revisions;

CREATE TABLE index_assistants (
    assistant_id text COLLATE "C" PRIMARY KEY,
    revision bigint NOT NULL,
    reload_revision bigint NOT NULL,
    side smallint NOT NULL,
    embedder text NOT NULL,
    aside text,
    mixed boolean NOT NULL
);
COMMENT ON COLUMN index_assistants.revision IS 'of the last change';
COMMENT ON COLUMN index_assistants.reload_revision IS
    'of the last change that was more than a new file';
COMMENT ON COLUMN index_assistants.side IS 'which of the two sets of vectors is searched';
COMMENT ON COLUMN index_assistants.embedder IS 'of the searched vectors';
COMMENT ON COLUMN index_assistants.aside IS 'the embedder of the other set';
COMMENT ON COLUMN index_assistants.mixed IS
    'a file lacks searched vectors, or one has others';

CREATE TABLE index_files (
    assistant_id text COLLATE "C" NOT NULL,
    number bigint NOT NULL,
    file_id text COLLATE "C" NOT NULL,
    generation bigint NOT NULL,
    language text NOT NULL,
    passages integer NOT NULL,
    lead_words integer NOT NULL,
    lengths bytea NOT NULL,
    PRIMARY KEY (assistant_id, number),
    UNIQUE (assistant_id, file_id, generation)
);
COMMENT ON COLUMN index_files.number IS 'the revision at which it came';
COMMENT ON COLUMN index_files.lengths IS 'words of each passage (u2)';

CREATE TABLE index_codes (
    assistant_id text COLLATE "C" NOT NULL,
    number bigint NOT NULL,
    side smallint NOT NULL,
    codes bytea NOT NULL,
    PRIMARY KEY (assistant_id, number, side)
);
ALTER TABLE index_codes ALTER COLUMN codes SET STORAGE EXTERNAL;
COMMENT ON COLUMN index_codes.codes IS
    'signs of the vectors of all passages, a bit a dimension, rows of whole 64-bit words';

CREATE TABLE index_passages (
    number bigint NOT NULL,
    ordinal integer NOT NULL,
    assistant_id text COLLATE "C" NOT NULL,
    passage bytea NOT NULL,
    PRIMARY KEY (assistant_id, number, ordinal)
) PARTITION BY HASH (assistant_id);
COMMENT ON COLUMN index_passages.passage IS
    'JSON: text may hold characters that PostgreSQL has none of';

CREATE TABLE index_vectors (
    number bigint NOT NULL,
    ordinal integer NOT NULL,
    side smallint NOT NULL,
    assistant_id text COLLATE "C" NOT NULL,
    vector halfvec NOT NULL,
    PRIMARY KEY (assistant_id, number, side, ordinal)
) PARTITION BY HASH (assistant_id);

CREATE TABLE index_words (
    number bigint NOT NULL,
    lead integer NOT NULL,
    assistant_id text COLLATE "C" NOT NULL,
    term text COLLATE "C" NOT NULL,
    postings bytea NOT NULL
) PARTITION BY HASH (assistant_id);
ALTER TABLE index_words ALTER COLUMN postings SET STORAGE EXTERNAL;
COMMENT ON TABLE index_words IS 'a row for each word of each file';
COMMENT ON COLUMN index_words.lead IS 'how often among the words of the name and the beginning';
COMMENT ON COLUMN index_words.postings IS
    'for each passage that has it, in a u4: its ordinal times 256, and how often';
CREATE INDEX ix_index_words_term ON index_words (assistant_id, term);
CREATE INDEX ix_index_words_number ON index_words (assistant_id, number);
"""


def upgrade() -> None:
    if op.get_context().dialect.name != "postgresql":
        return
    connection = op.get_bind()
    # Whoever may not make extensions is helped by one that is there.
    found = "SELECT 1 FROM pg_extension WHERE extname = 'vector'"
    if connection.execute(sa.text(found)).first() is None:
        op.execute("CREATE EXTENSION vector")
    for statement in TABLES.split(";\n"):
        if statement.strip():
            op.execute(statement)
    for table in PARTITIONED:
        for part in range(PARTITIONS):
            op.execute(
                f"CREATE TABLE {table}_{part} PARTITION OF {table}"
                f" FOR VALUES WITH (MODULUS {PARTITIONS}, REMAINDER {part})"
            )


def downgrade() -> None:
    if op.get_context().dialect.name != "postgresql":
        return
    for table in (*PARTITIONED, "index_codes", "index_files", "index_assistants"):
        op.execute(f"DROP TABLE {table}")
    op.execute("DROP SEQUENCE index_revisions")
