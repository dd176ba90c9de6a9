"""Embedders and rerankers of other servers, spoken to over HTTP."""

from lodgepole.adapters.model_endpoints.openai_embedder import EmbeddingEndpoint, OpenAIEmbedder
from lodgepole.adapters.model_endpoints.rerank_endpoint import HttpReranker, RerankEndpoint

__all__ = ["EmbeddingEndpoint", "HttpReranker", "OpenAIEmbedder", "RerankEndpoint"]
