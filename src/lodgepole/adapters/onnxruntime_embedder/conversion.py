"""Converts the weights for onnxruntime once and keeps the result beside the data.

A cached file is the SHA-256 of the model followed by the model, written under another name and
then renamed: whoever reads sees a whole file or none, and a damaged one is noticed and made again.
"""

import hashlib
import os
import tempfile
from pathlib import Path

from lodgepole.adapters.onnxruntime_embedder.graph import Form, bert_graph
from lodgepole.adapters.onnxruntime_embedder.quantise import needs_reduced_range
from lodgepole.adapters.onnxruntime_embedder.weights import (
    MODEL,
    WEIGHTS_SHA256,
    find_model,
    open_weights,
)

CONVERTER_VERSION = 2  # raise it when the graph or the arithmetic changes
_DIGEST_BYTES = 32


def converted_model(cache_dir: Path, form: Form) -> bytes:
    """The serialised ONNX model, from the cache or made now (about 1 CPU-second).

    Raises:
        ModelMissing: It is not cached and the weights are not on this machine.
        ModelCorrupt: The weights are not the published ones.
    """
    reduced_range = form == "int8" and needs_reduced_range()
    path = cached_path(cache_dir, form, reduced_range=reduced_range)
    cached = _read(path)
    if cached is not None:
        return cached
    with open_weights(find_model(cache_dir).weights) as weights:
        model = bert_graph(weights, form, reduced_range=reduced_range)
    write_converted(path, model)
    return model


def cached_path(cache_dir: Path, form: Form, *, reduced_range: bool) -> Path:
    bits = "-7bit" if reduced_range else ""
    name = f"{MODEL}-{WEIGHTS_SHA256[:12]}-v{CONVERTER_VERSION}-{form}{bits}.onnx"
    return cache_dir / "onnx" / name


def _read(path: Path) -> bytes | None:
    try:
        with path.open("rb") as file:
            digest = file.read(_DIGEST_BYTES)
            model = file.read()
    except FileNotFoundError:
        return None
    return model if hashlib.sha256(model).digest() == digest else None


def write_converted(path: Path, model: bytes) -> None:
    """Put a model under `path` with its digest, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".converting-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(hashlib.sha256(model).digest())
            file.write(model)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except OSError:
        Path(temporary).unlink(missing_ok=True)
        raise
