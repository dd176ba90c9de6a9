"""Language models whose weights can be pulled, and where they are kept."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageModel:
    """A model that is known to answer from sources on an ordinary machine.

    Attributes:
        name: As it is pulled and served.
        repository: On the hub.
        file: Of the repository.
        size: Of the file, in bytes, as its publisher gives it; about.
    """

    name: str
    repository: str
    file: str
    licence: str
    size: int
    about: str


MODELS = (
    LanguageModel(
        name="qwen2.5-1.5b",
        repository="Qwen/Qwen2.5-1.5B-Instruct-GGUF",
        file="qwen2.5-1.5b-instruct-q4_k_m.gguf",
        licence="Apache-2.0",
        size=1_117_320_736,
        about="small and quick, many languages",
    ),
    LanguageModel(
        name="granite-3.3-2b",
        repository="ibm-granite/granite-3.3-2b-instruct-GGUF",
        file="granite-3.3-2b-instruct-Q4_K_M.gguf",
        licence="Apache-2.0",
        size=1_545_303_328,
        about="made for answers from documents",
    ),
    LanguageModel(
        name="qwen3-4b",
        repository="Qwen/Qwen3-4B-GGUF",
        file="Qwen3-4B-Q4_K_M.gguf",
        licence="Apache-2.0",
        size=2_497_280_256,
        about="the best of these, and it thinks first: slow without a graphics card",
    ),
)


def weights_path(folder: Path, name: str) -> Path:
    """Where the weights of that name are, or would be."""
    return folder / f"{name}.gguf"
