"""Loads an ONNX network from a directory and runs it on token ids."""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from lodgepole.errors import Unavailable

MAX_CHARS = 65_536  # of a text are looked at
MODEL_FILES = ("model.onnx", "onnx/model.onnx")  # as exporters name and place it
_TYPES: dict[str, type[np.int64 | np.int32]] = {
    "tensor(int64)": np.int64,
    "tensor(int32)": np.int32,
}
_HIDDEN = ("last_hidden_state", "token_embeddings")

Floats = npt.NDArray[np.float32]


class Encoding(Protocol):
    """Part of the tokenizers library's Encoding that is used."""

    @property
    def ids(self) -> list[int]: ...

    @property
    def attention_mask(self) -> list[int]: ...

    @property
    def type_ids(self) -> list[int]: ...


class Network:
    """Runs one text, or one pair of texts, at a time; several threads may do so at once."""

    def __init__(self, directory: Path, *, max_tokens: int, scores: bool = False) -> None:
        """Load `model.onnx` (or `onnx/model.onnx`) and `tokenizer.json`.

        Args:
            directory: Where they are.
            max_tokens: Of a text or a pair, special ones included; the rest is cut off.
            scores: The network judges pairs: of each only the second text is cut, and the output
                is taken as it is.

        Raises:
            Unavailable: A file is missing or damaged, or the network wants what we do not have.
        """
        self._directory = directory
        self._model = _found(directory, MODEL_FILES)
        self._tokenizer_file = _found(directory, ("tokenizer.json",))
        self._tokenizer = self._load_tokenizer()
        self._tokenizer.enable_truncation(
            max_tokens, strategy="only_second" if scores else "longest_first"
        )
        self._untruncated: Any = None
        self._session = self._load_session()
        self._inputs = self._known_inputs()
        self._output = self._chosen_output(scores=scores)

    def _load_tokenizer(self) -> Any:
        from tokenizers import Tokenizer  # noqa: PLC0415  50 ms that other embedders save

        try:
            tokenizer = Tokenizer.from_file(str(self._tokenizer_file))
        except Exception as error:  # the library raises no narrower type
            raise self._unusable(f"{self._tokenizer_file.name} cannot be read: {error}") from error
        tokenizer.no_padding()
        tokenizer.no_truncation()
        return tokenizer

    def _load_session(self) -> Any:
        import onnxruntime  # noqa: PLC0415  0.1 s and 30 MB that other embedders save

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        try:
            return onnxruntime.InferenceSession(
                str(self._model), options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # a dozen types without a base of their own
            raise self._unusable(f"onnxruntime cannot load {self._model.name}: {error}") from error

    def _known_inputs(self) -> dict[str, type[np.int64 | np.int32]]:
        inputs = {value.name: str(value.type) for value in self._session.get_inputs()}
        for name, kind in inputs.items():
            if name not in ("input_ids", "attention_mask", "token_type_ids", "position_ids"):
                raise self._unusable(f"its input {name!r} is not one of a sentence model")
            if kind not in _TYPES:
                raise self._unusable(f"its input {name!r} is {kind}, not whole numbers")
        if "input_ids" not in inputs:
            raise self._unusable("it has no input 'input_ids'")
        return {name: _TYPES[kind] for name, kind in inputs.items()}

    def _chosen_output(self, *, scores: bool) -> str:
        """Hidden states where there are some, so that pooling is ours; else the first output."""
        names = [value.name for value in self._session.get_outputs()]
        wanted = ("logits",) if scores else _HIDDEN
        return next((name for name in wanted if name in names), names[0])

    def run(self, text: str, second: str | None = None) -> Floats:
        """The output for one text or pair, without the batch's axis.

        Raises:
            Unavailable: onnxruntime cannot run it, most often because the text has more tokens
                than the model has positions.
        """
        if second is None:
            encoding: Encoding = self._tokenizer.encode(text[:MAX_CHARS])
        else:
            encoding = self._tokenizer.encode(text[:MAX_CHARS], second[:MAX_CHARS])
        fed = {
            "input_ids": encoding.ids,
            "attention_mask": encoding.attention_mask,
            "token_type_ids": encoding.type_ids,
            "position_ids": range(len(encoding.ids)),
        }
        feed = {name: np.array([list(fed[name])], kind) for name, kind in self._inputs.items()}
        try:
            outputs = self._session.run((self._output,), feed)
        except Exception as error:  # as on loading
            raise self._unusable(
                f"it cannot run on {len(encoding.ids)} tokens: {error}. Set `max_tokens` to what "
                "the model takes"
            ) from error
        return np.asarray(outputs[0], np.float32)[0]

    def last_tokens(self, text: str, count: int) -> str:
        """The end of a text that has at most `count` tokens; all of a short one."""
        if len(text) <= count:
            return text
        if self._untruncated is None:
            self._untruncated = self._load_tokenizer()
        spans = self._untruncated.encode(text[-MAX_CHARS:], add_special_tokens=False).offsets
        return text if len(spans) <= count else text[-MAX_CHARS:][spans[-count][0] :]

    def digest(self, *settings: object) -> str:
        """Twelve hex digits that change with the files' content or with `settings`."""
        digest = hashlib.sha256(json.dumps(settings).encode())
        # Weights over 2 GB are beside the model in files that begin with its name.
        weights = sorted(self._model.parent.glob(f"{self._model.name}*"))
        for path in (*weights, self._tokenizer_file):
            with path.open("rb") as file:
                digest.update(hashlib.file_digest(file, "sha256").digest())
        return digest.hexdigest()[:12]

    def _unusable(self, why: str) -> Unavailable:
        return Unavailable(f"The ONNX model in {str(self._directory)!r} cannot be used: {why}.")


def _found(directory: Path, names: Sequence[str]) -> Path:
    for name in names:
        if (directory / name).is_file():
            return directory / name
    raise Unavailable(
        f"{str(directory)!r} has no {names[0]}: give the directory that a sentence model was "
        "exported into, with model.onnx and tokenizer.json."
    )
