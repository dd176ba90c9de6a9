"""The built-in embedder: all-MiniLM-L6-v2 on onnxruntime, in eight bits where that is sound."""

from lodgepole.adapters.embedders.builtin.embedder import OnnxRuntimeEmbedder
from lodgepole.adapters.embedders.builtin.weights import ModelFiles, find_model, find_tokenizer

__all__ = ["ModelFiles", "OnnxRuntimeEmbedder", "find_model", "find_tokenizer"]
