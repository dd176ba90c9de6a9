"""Retrieval: dense and word search, fusion, reranking, snippet packing."""
