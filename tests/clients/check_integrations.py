"""The packages below `integrations/`: built, installed beside their framework, and used."""

import subprocess
from pathlib import Path

import pytest
from tests.clients.clients import ROOT, Client, installed, run, uv
from tests.wire.conftest import FILES, Server

pytestmark = [pytest.mark.live, pytest.mark.slow, pytest.mark.timeout(600)]
PACKAGES = {
    "langchain": "langchain-lodgepole",
    "llamaindex": "llama-index-retrievers-lodgepole",
}


@pytest.mark.parametrize("name", PACKAGES)
def test_a_package_is_built_and_used(
    name: str, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "rules.pdf").write_bytes(FILES["rules.pdf"])
    source = ROOT / "integrations" / PACKAGES[name]
    subprocess.run(
        [uv(), "build", "--quiet", "--wheel", "--out-dir", str(tmp_path), str(source)], check=True
    )
    (wheel,) = tmp_path.glob("*.whl")
    python = installed(name) / "bin" / "python"
    into = [uv(), "pip", "install", "--quiet", "--no-deps", "--python", str(python), str(wheel)]
    subprocess.run([*into, "--reinstall"], check=True)
    client = Client(
        name=name,
        title=name,
        environment=name,
        packages=(),
        driver="retrievers.py",
        arguments=(name,),
    )
    reports = run(client, url=server.url, key=server.key, documents=tmp_path)
    failed = [report for report in reports if not report["ok"]]
    assert not failed, failed
