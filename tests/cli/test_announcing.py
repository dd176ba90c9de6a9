import json
from pathlib import Path

import pytest

from lodgepole.cli.announcing import announce
from lodgepole.runtime.settings import Settings

URL = "http://127.0.0.1:8080"


def said(capsys: pytest.CaptureFixture[str], settings: Settings, made: str | None) -> str:
    announce(settings, URL, api_key_made=made, answers="quotes", as_json=False)
    return capsys.readouterr().out


def test_a_key_made_now_is_shown_and_one_that_was_chosen_is_not(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    assert "lp_made" in said(capsys, Settings(data_dir=tmp_path), "lp_made")
    chosen = Settings(data_dir=tmp_path, api_key="chosen-by-the-operator")
    assert "chosen-by" not in said(capsys, chosen, None)
    (tmp_path / "api_key").write_text("lp_kept")
    shown = said(capsys, Settings(data_dir=tmp_path), None)
    assert "lp_kept" not in shown
    assert "the one in" in shown


def test_scripts_are_told_in_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    settings = Settings(data_dir=tmp_path)
    announce(settings, URL, api_key_made="lp_made", answers="quotes", as_json=True)
    [line] = capsys.readouterr().out.splitlines()
    assert json.loads(line) == {
        "url": URL,
        "api_key": "lp_made",
        "data_dir": str(tmp_path),
        "answers": "quotes",
    }
