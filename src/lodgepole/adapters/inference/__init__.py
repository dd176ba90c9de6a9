"""Inference that embedders and rerankers share: ONNX networks, endpoints, thread priority."""
