"""The catalog and the operation log in one SQL database, by SQLAlchemy Core.

`database` opens and migrates it, `tables` says what is in it, `rows` turns rows into values,
`dialects` holds all that differs between SQLite and PostgreSQL; `catalog` and `operation_log`
are the ports, `operation_intake` and `operation_completion` the log's transitions.
"""
