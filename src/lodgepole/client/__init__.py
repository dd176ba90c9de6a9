"""Our client of the public API; the command line knows nothing else of a server."""
