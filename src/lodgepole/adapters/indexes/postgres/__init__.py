"""The Index port on PostgreSQL with pgvector: any number of processes, on any machine.

The tables are made by the migrations of `sqlalchemy_database`; every row has its assistant's id in
its key. A file is known by its number, the revision of the assistant at which it came. Nothing
stands in a process but caches that are checked against that revision in each query's snapshot.

Modules: `index` the port, `connections` transactions and what may go wrong with them, `writing`
what changes a transaction at a time, `copying` rows as PostgreSQL's binary COPY, `views` what is
known of an assistant, `codes` its vectors at a bit a dimension, `dense` the ranking by vector,
`words` postings, and the rankings that BM25 makes of them.
"""

from lodgepole.adapters.indexes.postgres.connections import Connections
from lodgepole.adapters.indexes.postgres.index import PostgresIndex

__all__ = ["Connections", "PostgresIndex"]
