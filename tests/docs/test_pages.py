"""The documentation is complete, and what it shows of files is what the program takes."""

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from tests.docs.snippets import DOCS, ROOT, Snippet, of, snippets

from lodgepole.runtime.settings import Settings

pytestmark = pytest.mark.slow

ALL = tuple(snippets())


def test_blocks_that_are_not_run_say_why():
    assert ALL
    assert [str(s) for s in ALL if s.not_run is not None and len(s.not_run) < 15] == []
    assert [str(s) for s in ALL if s.language == "ts" and s.not_run is None] == []


def test_blocks_run_elsewhere_name_an_environment_that_is_there():
    environments = ROOT / "tests" / "clients" / "environments"
    named = {s.environment for s in ALL if s.environment is not None}
    assert "openai" in named
    assert [name for name in named if not (environments / f"{name}.txt").exists()] == []


@pytest.mark.parametrize("snippet", of("toml"), ids=str)
def test_settings_are_accepted(snippet: Snippet):
    Settings.model_validate(tomllib.loads(snippet.text))


@pytest.mark.parametrize("snippet", of("json"), ids=str)
def test_json_is_json(snippet: Snippet):
    assert json.loads(snippet.text)


@pytest.mark.parametrize("snippet", of("yaml"), ids=str)
def test_values_of_the_chart_exist(snippet: Snippet):
    defaults = yaml.safe_load((ROOT / "deploy" / "helm" / "lodgepole" / "values.yaml").read_text())
    given = yaml.safe_load(snippet.text)
    assert set(given) <= set(defaults)
    for name, inner in given.items():
        if name != "settings":
            assert set(inner) <= set(defaults[name]), name


def test_the_references_are_what_the_program_says(tmp_path: Path):
    script = ROOT / "scripts" / "docs" / "api_reference.py"
    subprocess.run([sys.executable, str(script), str(tmp_path)], check=True, timeout=60)
    for name in ("api.md", "errors.md", "differences.md"):
        written = (DOCS / "reference" / name).read_text("utf-8")
        assert written == (tmp_path / name).read_text("utf-8"), "run scripts/docs/api_reference.py"


def test_every_page_is_in_the_navigation():
    pages = {str(path.relative_to(DOCS)) for path in DOCS.rglob("*.md")}
    named = set(re.findall(r": (\S+\.md)$", (ROOT / "mkdocs.yml").read_text(), re.MULTILINE))
    assert named == pages
