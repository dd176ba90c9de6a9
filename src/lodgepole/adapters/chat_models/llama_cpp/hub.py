"""Weights of language models, fetched from the hub where they are published or from a mirror.

The hub says the SHA-256 of each large file before it is fetched. What is fetched is compared with
that, and nothing is kept that differs, or that the hub says nothing of.
"""

import hashlib
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import httpx2

from lodgepole.errors import Unavailable

HUB_URL = "https://huggingface.co"
CHUNK_BYTES = 1 << 20
CONNECT_SECONDS, SILENCE_SECONDS = 10.0, 60.0
POINTER_BYTES = 1024  # of the small text that stands for a large file
MOST_HOPS = 5
SPARE_BYTES = 200_000_000  # of the disk, that are left
_SHA256 = re.compile(r"[0-9a-f]{64}")
_POINTER = re.compile(r"oid sha256:([0-9a-f]{64})\nsize (\d{1,15})")


@dataclass(frozen=True, slots=True, kw_only=True)
class HubModel:
    """A model that is known to answer from sources on an ordinary machine.

    Attributes:
        name: As it is pulled and served.
        size: Of the file, in bytes, as its publisher gives it; about.
    """

    name: str
    repository: str
    file: str
    licence: str
    size: int
    about: str


MODELS = (
    HubModel(
        name="qwen2.5-1.5b",
        repository="Qwen/Qwen2.5-1.5B-Instruct-GGUF",
        file="qwen2.5-1.5b-instruct-q4_k_m.gguf",
        licence="Apache-2.0",
        size=1_117_320_736,
        about="small and quick, many languages",
    ),
    HubModel(
        name="granite-3.3-2b",
        repository="ibm-granite/granite-3.3-2b-instruct-GGUF",
        file="granite-3.3-2b-instruct-Q4_K_M.gguf",
        licence="Apache-2.0",
        size=1_545_303_328,
        about="made for answers from documents",
    ),
    HubModel(
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


class Hub:
    """The hub, or a mirror of it.

    Args:
        url: Up to and without the repository's name.
        transport: For tests.
    """

    def __init__(
        self, url: str = HUB_URL, *, transport: httpx2.BaseTransport | None = None
    ) -> None:
        self._url = url.rstrip("/")
        self._transport = transport

    def pull(
        self,
        model: HubModel,
        folder: Path,
        *,
        told: Callable[[int, int], None],
    ) -> Path:
        """Fetch the weights, unless they are there; where they are.

        Args:
            model: What is fetched.
            folder: Where it is put.
            told: Is given how many bytes have come, and of how many.

        Raises:
            Unavailable: The hub does not answer, says no hash, or sent something else; or the
                disk is full. Nothing is left behind.
        """
        target = weights_path(folder, model.name)
        if target.exists():
            return target
        folder.mkdir(parents=True, exist_ok=True)
        timeout = httpx2.Timeout(SILENCE_SECONDS, connect=CONNECT_SECONDS)
        try:
            with httpx2.Client(timeout=timeout, transport=self._transport) as client:
                sha256, size = self._expected(client, model)
                if shutil.disk_usage(folder).free < size + SPARE_BYTES:
                    raise Unavailable(
                        f"{model.name} has {size / 1e9:.1f} GB, and {folder} has no room for it. "
                        "Free some, or set cache_dir to a larger disk."
                    )
                url = httpx2.URL(f"{self._url}/{model.repository}/resolve/main/{model.file}")
                draft = target.with_suffix(".part")
                try:
                    with draft.open("wb") as file:
                        came = _fetch(client, url, file, size, told)
                    if came != (sha256, size):
                        raise Unavailable(
                            f"What came for {model.file} is not what the hub says it is "
                            f"({came[1]} bytes of {size}). Nothing was kept; try again."
                        )
                    draft.replace(target)
                finally:
                    draft.unlink(missing_ok=True)
        except httpx2.HTTPError as failure:
            raise Unavailable(
                f"{self._url} cannot be reached for {model.file}. Set model_hub_url to a mirror, "
                "or fetch the file elsewhere: lodgepole serve --model FILE.gguf"
            ) from failure
        except OSError as failure:
            raise Unavailable(f"Cannot write {target}: {failure.strerror}.") from failure
        return target

    def _expected(self, client: httpx2.Client, model: HubModel) -> tuple[str, int]:
        """SHA-256 and size, by the hub's own word: its headers, or the file's pointer."""
        answer = client.head(f"{self._url}/{model.repository}/resolve/main/{model.file}")
        sha256 = answer.headers.get("x-linked-etag", "").strip('W/"')
        size = answer.headers.get("x-linked-size", "")
        if _SHA256.fullmatch(sha256) and size.isdecimal():
            return sha256, int(size)
        with client.stream("GET", f"{self._url}/{model.repository}/raw/main/{model.file}") as raw:
            text = next(raw.iter_bytes(POINTER_BYTES), b"").decode("ascii", "replace")
        found = _POINTER.search(text)
        if raw.status_code != 200 or found is None:
            raise Unavailable(
                f"{self._url} does not say which SHA-256 {model.file} has, so what it sends cannot "
                "be checked. Nothing was fetched."
            )
        return found[1], int(found[2])


def _fetch(
    client: httpx2.Client,
    url: httpx2.URL,
    file: BinaryIO,
    size: int,
    told: Callable[[int, int], None],
) -> tuple[str, int]:
    """Write what is there, and say its SHA-256 and its size; no more than `size` and one piece."""
    found, done = hashlib.sha256(), 0
    for _ in range(MOST_HOPS):
        with client.stream("GET", url) as response:
            if response.has_redirect_location:
                url = url.join(response.headers["location"])
                continue
            response.raise_for_status()
            for chunk in response.iter_bytes(CHUNK_BYTES):
                done += len(chunk)
                if done > size:
                    break
                found.update(chunk)
                file.write(chunk)
                told(done, size)
        break
    return found.hexdigest(), done
