"""Runs migrations on the connection that `database.migrate` hands over."""

from alembic import context

from lodgepole.adapters.databases.sql.tables import metadata

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    render_as_batch=True,  # SQLite alters few things in place
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
