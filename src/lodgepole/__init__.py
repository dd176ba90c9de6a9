"""Lodgepole: a self-hosted server for the Pinecone Assistant API with verified citations."""

import os

# What runs the embedder reports each start, model and device to its maker, and keeps an id of the
# machine in the home directory, unless this is set before it is imported, here or in a child.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")  # noqa: TID251  set here, read by others

__version__ = "0.1.0"
