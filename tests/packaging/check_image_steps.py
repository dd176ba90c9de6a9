"""The image's build steps, run one by one in a plain directory, and what they leave, started.

Called by `make check-wheel`, not with the other tests: it installs the program anew.
"""

import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.packaging.dockerfile import Rehearsal, Stage, parse

ROOT = Path(__file__).parent.parent.parent
IMAGE_PATHS = ("/opt/lodgepole", "/src", "/data")
NOT_HERE = ("pip install", "apt-get", "useradd")  # they would change this machine

pytestmark = pytest.mark.live


@pytest.fixture(scope="module")
def stages() -> list[Stage]:
    return parse((ROOT / "deploy" / "Dockerfile").read_text("utf-8"))


@pytest.fixture(scope="module")
def root(stages: list[Stage], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A directory with what the build stage leaves, and a made-up /data."""
    root = tmp_path_factory.mktemp("image")
    path = f"{ROOT / '.uv' / 'bin'}{os.pathsep}{os.environ['PATH']}"
    rehearsal = Rehearsal(
        context=ROOT, root=root, variables={"PATH": path, "UV_NO_CACHE": "0"}, paths=IMAGE_PATHS
    )
    # With uv's cache, which a build has not: the steps are the same, only faster.
    cached = [
        type(step)(word=step.word, rest=step.rest.replace("--no-cache ", ""))
        for step in stages[0].steps
    ]
    build = Stage(image=stages[0].image, name=stages[0].name, steps=cached)
    left = rehearsal.run(build, leave_out=NOT_HERE)
    assert len(left) == 1
    (root / "data").mkdir(mode=0o700)
    yield root


def environment(stages: list[Stage], root: Path, port: int) -> dict[str, str]:
    text = stages[1].the("ENV").rest
    for path in IMAGE_PATHS:
        text = re.sub(rf"(?<=[=:]){path}(?=[/:\s]|$)", f"{root}{path}", text)
    named = dict(pair.split("=", 1) for pair in text.split())
    named["PATH"] = named["PATH"].replace("$PATH", os.environ["PATH"])
    # Not reachable from elsewhere, unlike the container's own.
    return named | {"LODGEPOLE_HOST": "127.0.0.1", "LODGEPOLE_PORT": str(port)}


def test_the_image_starts_answers_its_health_check_and_ends_on_sigterm(
    stages: list[Stage], root: Path
):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    variables = environment(stages, root, port) | {
        "LODGEPOLE_API_KEY": "a-key-of-ours",
        "HOME": str(root / "data"),
    }
    cache = root / "opt" / "lodgepole" / "cache"
    before = sorted(path.name for path in cache.rglob("*"))
    assert any(name.endswith(".onnx") for name in before)
    program = root / "opt" / "lodgepole" / "bin" / stages[1].the("CMD").command[0]
    server = subprocess.Popen(
        [str(program), *stages[1].the("CMD").command[1:]],
        cwd=root / "data",
        env=variables,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        wait_until_healthy(stages[1], variables, root, server)
        server.send_signal(signal.SIGTERM)
        _, errors = server.communicate(timeout=30)
    finally:
        server.kill()
        server.wait()
    assert server.returncode == 0, errors
    assert sorted(path.name for path in cache.rglob("*")) == before
    assert any((root / "data").iterdir())


def wait_until_healthy(
    stage: Stage, variables: dict[str, str], root: Path, server: subprocess.Popen[str]
) -> None:
    _, *arguments = stage.the("HEALTHCHECK").command
    check = [str(root / "opt" / "lodgepole" / "bin" / "python"), *arguments]
    deadline = time.monotonic() + 60
    while subprocess.run(check, env=variables, stderr=subprocess.DEVNULL, check=False).returncode:
        assert server.poll() is None, server.communicate()[1]
        assert time.monotonic() < deadline, "not ready within a minute"
