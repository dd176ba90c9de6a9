"""Lodgepole: a self-hosted server for the Pinecone Assistant API with verified citations."""

__version__ = "0.1.0"
