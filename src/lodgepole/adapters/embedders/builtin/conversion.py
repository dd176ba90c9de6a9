"""Converts the weights for onnxruntime once and keeps the result in the cache.

The file's name ends in the SHA-256 of its content and is given by a rename: whoever reads sees a
whole file or none, a damaged one is noticed and made again, and several processes may convert at
once, because they make the same file.
"""

import hashlib
import os
import tempfile
from pathlib import Path

from lodgepole.adapters.embedders.builtin.graph import Form, bert_graph
from lodgepole.adapters.embedders.builtin.quantise import needs_reduced_range
from lodgepole.adapters.embedders.builtin.weights import (
    MODEL,
    WEIGHTS_SHA256,
    find_model,
    open_weights,
)
from lodgepole.errors import Unavailable

CONVERTER_VERSION = 3  # raise it when the graph or the arithmetic changes


def converted_model(cache_dir: Path, form: Form, *, reduced_range: bool | None = None) -> Path:
    """The ONNX file, from the cache or made now (about 1 CPU-second).

    `reduced_range` is for a machine other than this one, where int8 is of 7 bits or of 8.

    Raises:
        ModelMissing: It is not cached and the weights are not on this machine.
        ModelCorrupt: The weights are not the published ones.
        Unavailable: The cache cannot be written.
    """
    directory = cache_dir / "onnx"
    if reduced_range is None:
        reduced_range = form == "int8" and needs_reduced_range()
    stem = _stem(form, reduced_range=reduced_range)
    for path in sorted(directory.glob(f"{stem}-*.onnx")):
        if _is_whole(path):
            return path
    with open_weights(find_model(cache_dir).weights) as weights:
        model = bert_graph(weights, form, reduced_range=reduced_range)
    return write_converted(directory, stem, model)


def _stem(form: Form, *, reduced_range: bool) -> str:
    bits = "-7bit" if reduced_range else ""
    return f"{MODEL}-{WEIGHTS_SHA256[:12]}-v{CONVERTER_VERSION}-{form}{bits}"


def _is_whole(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return path.stem.endswith(hashlib.file_digest(file, "sha256").hexdigest())
    except OSError:
        return False


def write_converted(directory: Path, stem: str, model: bytes) -> Path:
    """Put a model into the directory, whole or not at all, under a name that tells its content.

    Raises:
        Unavailable: The directory cannot be written.
    """
    path = directory / f"{stem}-{hashlib.sha256(model).hexdigest()}.onnx"
    try:
        directory.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=directory, prefix=".converting-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(model)
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).chmod(0o644)  # another account may serve from this cache
            Path(temporary).replace(path)
        finally:
            Path(temporary).unlink(missing_ok=True)
    except OSError as error:
        raise Unavailable(
            f"The converted embedding model cannot be kept in {str(directory)!r} "
            f"({error.strerror}). Make it writable, or configure another cache directory."
        ) from error
    return path
