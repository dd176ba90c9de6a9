from pathlib import Path

import pytest

from lodgepole.cli.serving_process import main


def test_a_setting_that_cannot_be_used_is_said_and_ends_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("LODGEPOLE_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("LODGEPOLE_PROCESSES", "none")
    assert main(["owner", str(tmp_path), "1"]) == 1
    assert "processes" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
