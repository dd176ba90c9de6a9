"""One loaded network with its tokenizer: text in, vector out."""

from pathlib import Path

import numpy as np

from lodgepole.adapters.embedders.builtin.graph import MAX_TOKENS
from lodgepole.ports.embedder import Vector

MAX_CHARS = 16_384  # of a text are looked at; far more than MAX_TOKENS of any text with words in it


class Network:
    """Embeds one text at a time; several threads may do so at once."""

    def __init__(self, model: Path, tokenizer: Path) -> None:
        """Load an ONNX file and a `tokenizer.json`.

        The libraries are imported here: onnxruntime takes 0.1 s and 30 MB, which a server that
        embeds elsewhere saves.
        """
        import onnxruntime  # noqa: PLC0415  see above
        from tokenizers import Tokenizer  # noqa: PLC0415  the same

        self._tokenizer = Tokenizer.from_file(str(tokenizer))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(MAX_TOKENS)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        # The graph is written as it shall run; more would only make loading slower.
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
        # From a file: a session keeps the bytes that it is given, 22 MB.
        self._session = onnxruntime.InferenceSession(
            model, options, providers=["CPUExecutionProvider"]
        )

    def embed(self, text: str) -> Vector:
        ids = self._tokenizer.encode(text[:MAX_CHARS]).ids
        outputs = self._session.run(("embedding",), {"input_ids": np.array([ids], np.int32)})
        return np.asarray(outputs[0], np.float32)[0]
