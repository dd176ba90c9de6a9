"""FileProcessor: files are processed by processes that the server owns or that join it.

The server listens on a socket in its data directory. Each connection of a process works on one
file at a time; that a process died is its connections' end, known at once. They need the file's
bytes and nothing else: no database, no index, no blobs.
"""
