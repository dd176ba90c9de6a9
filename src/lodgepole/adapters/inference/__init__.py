"""What embedders and rerankers share: ONNX networks, endpoints, thread priority."""
