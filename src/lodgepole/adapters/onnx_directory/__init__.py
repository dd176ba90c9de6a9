"""Embedder and reranker from any local directory with an ONNX file and its tokenizer."""

from lodgepole.adapters.onnx_directory.embedder import OnnxDirectoryEmbedder, Pooling
from lodgepole.adapters.onnx_directory.reranker import OnnxDirectoryReranker

__all__ = ["OnnxDirectoryEmbedder", "OnnxDirectoryReranker", "Pooling"]
