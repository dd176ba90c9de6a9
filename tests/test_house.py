"""The papers of the house agree with the house."""

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from lodgepole.api import errors as api_errors
from lodgepole.cli.demo import QUESTIONS, QUOTING_MODEL, examples
from lodgepole.limits import Limits
from lodgepole.model import Role
from lodgepole.runtime.chat_models import EXTRACTIVE

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src" / "lodgepole"
PAPERS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
MIB = 1024 * 1024


def test_the_papers_are_there():
    for name in (
        *("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"),
        *("LICENSE", "NOTICE", "Makefile"),
    ):
        assert (ROOT / name).stat().st_size > 200, name


# --- the map ----------------------------------------------------------------------------------


def mapped() -> set[str]:
    """Paths below `src/lodgepole` that the map names; folders end in `/`."""
    text = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
    chapter = text.split("## Map", 1)[1].split("\n## ", 1)[0]
    named: set[str] = set()
    folder = ""
    for line in chapter.splitlines():
        heading = re.match(r"\*\*`([a-z0-9_/]*)`\*\*", line)
        if heading:
            folder = "" if heading[1] == "lodgepole/" else heading[1]
        item = re.match(r"- ((?:`[a-z0-9_/]+(?:\.py)?`(?:, )?)+)", line)
        if item:
            named |= {folder + name for name in re.findall(r"`([a-z0-9_/]+(?:\.py)?)`", item[1])}
    return named


def modules() -> set[str]:
    return {
        str(path.relative_to(SOURCE))
        for path in SOURCE.rglob("*.py")
        if path.name != "__init__.py" and path.stat().st_size
    }


def test_every_module_is_on_the_map():
    on_map = mapped()
    folders = tuple(name for name in on_map if name.endswith("/"))
    missing = {name for name in modules() - on_map if not name.startswith(folders)}
    assert missing == set()


def test_everything_on_the_map_exists():
    assert {name for name in mapped() if not (SOURCE / name).exists()} == set()


def test_no_module_has_a_name_that_says_nothing():
    vague = {"utils", "util", "helpers", "common", "base", "manager", "core", "misc"}
    assert {name for name in modules() if vague & set(Path(name).with_suffix("").parts)} == set()


LINES_MOST = 400
"""Of one module; a longer one has two subjects."""


def test_no_module_is_longer_than_one_reads_at_a_time():
    lines = {name: len((SOURCE / name).read_text("utf-8").splitlines()) for name in modules()}
    assert {name: count for name, count in lines.items() if count > LINES_MOST} == {}


# --- tests mirror the source ------------------------------------------------------------------

SUITES = {
    "ports/": "contracts/test_index.py",
    "adapters/memory/": "contracts/test_catalog.py",
    "adapters/blobs/": "contracts/test_blobs.py",
    "adapters/chat_models/": "adapters/chat_models/test_providers.py",
    "adapters/databases/sql/": "contracts/test_operation_queue.py",
    "adapters/embedders/builtin/": "adapters/embedders/builtin/test_graph.py",
    "adapters/indexes/postgres/": "adapters/indexes/postgres/test_index.py",
    "adapters/indexes/tantivy/": "adapters/indexes/tantivy/test_index.py",
    "adapters/ocr/": "adapters/parsers/pdf/test_ocr.py",
    "adapters/parsers/docx/": "adapters/parsers/docx/test_parser.py",
    "adapters/parsers/html/": "adapters/parsers/html/test_parser.py",
    "adapters/parsers/pdf/": "adapters/parsers/pdf/test_parser.py",
    "adapters/parsers/subprocess/": "adapters/parsers/subprocess/test_parser.py",
    "adapters/parsers/xlsx/": "adapters/parsers/xlsx/test_parser.py",
    "adapters/worker_processes/": "adapters/worker_processes/test_pool.py",
    "api/openapi/": "api/openapi/test_document.py",
    "api/schemas/": "api/openapi/test_document.py",
}
"""Folders whose modules are parts of one thing, and the suite that tests it as a whole, by its port
or its format, so that a part may be cut anew without a test changing."""
DECISIONS = (
    *(ast.If, ast.IfExp, ast.For, ast.While, ast.comprehension, ast.Try, ast.Match, ast.BoolOp),
)
UNTESTED_MOST = 11
"""Modules that decide something and are tested through others alone. It only goes down."""


def decides(module: str) -> bool:
    tree = ast.parse((SOURCE / module).read_text("utf-8"))
    return any(isinstance(node, DECISIONS) for node in ast.walk(tree))


def test_modules_have_test_modules_of_their_own():
    tests = ROOT / "tests"
    assert [suite for suite in SUITES.values() if not (tests / suite).exists()] == []
    missing = sorted(
        module
        for module in modules() - {"__main__.py"}
        if not module.startswith(tuple(SUITES))
        and not (tests / Path(module).with_name(f"test_{Path(module).name}")).exists()
        and decides(module)
    )
    assert len(missing) <= UNTESTED_MOST, missing


# --- imports inside functions -----------------------------------------------------------------

LATE_IMPORTS_MOST = 20
"""Imports of our own modules inside functions: each a start that must not pay for a library, with
its reason in the line above. It only goes down."""


def late_imports() -> set[tuple[str, int]]:
    """Module and line of each import of our own modules inside a function."""
    found: set[tuple[str, int]] = set()
    for path in sorted(SOURCE.rglob("*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        functions = (
            n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)
        )
        for node in (inner for function in functions for inner in ast.walk(function)):
            if isinstance(node, ast.ImportFrom):
                names = ["lodgepole" if node.level else node.module or ""]
            else:
                names = [it.name for it in node.names] if isinstance(node, ast.Import) else []
            if any(name.split(".")[0] == "lodgepole" for name in names):
                found.add((str(path.relative_to(SOURCE)), node.lineno))
    return found


def test_our_own_modules_are_imported_at_the_top():
    found = late_imports()
    assert len(found) <= LATE_IMPORTS_MOST, sorted(found)


# --- what the papers say ----------------------------------------------------------------------


@pytest.mark.parametrize("paper", PAPERS, ids=lambda path: path.name)
def test_links_lead_somewhere(paper: Path):
    text = paper.read_text("utf-8")
    targets = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", text)
    local = [target for target in targets if "://" not in target]
    assert [target for target in local if not (paper.parent / target).exists()] == []


@pytest.mark.parametrize("paper", PAPERS, ids=lambda path: path.name)
def test_make_commands_exist(paper: Path):
    makefile = (ROOT / "Makefile").read_text("utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    text = paper.read_text("utf-8")
    named = set(re.findall(r"^make ([a-z-]+)", text, re.MULTILINE))
    named |= set(re.findall(r"`make ([a-z-]+)", text))
    assert named <= targets


def test_the_readme_begins_with_the_two_commands():
    text = (ROOT / "README.md").read_text("utf-8")
    block = text.split("```sh\n", 1)[1].split("```", 1)[0]
    assert [line.split("#")[0].strip() for line in block.splitlines()] == ["make demo", "make test"]


@pytest.mark.slow
def test_the_command_line_reference_is_what_the_commands_say(tmp_path: Path):
    fresh = tmp_path / "command-line.md"
    run_script("cli_reference.py", fresh)
    assert (ROOT / "docs" / "command-line.md").read_text("utf-8") == fresh.read_text("utf-8")


# --- the examples -----------------------------------------------------------------------------


def run_script(name: str, target: Path) -> None:
    script = ROOT / "scripts" / "docs" / name
    subprocess.run([sys.executable, str(script), str(target)], check=True, stdout=subprocess.PIPE)


@pytest.mark.slow
def test_the_examples_are_built_alike_everywhere(tmp_path: Path):
    run_script("examples.py", tmp_path)
    made = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert set(made) == {"operator-handbook.pdf", "administrator-guide.docx"}
    for name, content in made.items():
        assert (ROOT / "examples" / name).read_bytes() == content, name


def test_the_demo_finds_the_examples():
    assert {path.suffix for path in examples().iterdir()} == {
        *(".pdf", ".docx", ".md", ".txt", ".json"),
    }
    assert len(QUESTIONS) == 3


def test_the_demo_asks_the_model_that_quotes():
    assert QUOTING_MODEL == EXTRACTIVE


def test_the_handbook_says_the_limits_that_hold():
    text = (ROOT / "scripts" / "docs" / "handbook" / "operator-handbook.md").read_text("utf-8")
    limits = Limits()
    for row in (
        f"Size of a file, other than PDF | {limits.file_bytes // 1_000_000} MB",
        f"Size of a PDF | {limits.pdf_bytes // 1_000_000} MB",
        f"Size of a PDF whose images are read too | {limits.multimodal_pdf_bytes // 1_000_000} MB",
        f"Pages of a PDF whose images are read too | {limits.multimodal_pdf_pages} pages",
        f"Metadata of a file or an assistant | {limits.metadata_bytes:,} bytes",
        f"Instructions of an assistant | {limits.instructions_bytes // 1024} KB",
        f"History sent with a question | {limits.history_tokens:,} tokens",
        f"Files in one assistant | {limits.files_per_assistant:,} files",
        f"Time to read one file | {limits.parse_seconds / 60:.0f} minutes",
        f"Memory to read one file | {limits.parse_memory_bytes // (1024 * MIB)} GB",
        f"Pages of any document | {limits.parse_pages:,} pages",
        f"Values in one filter list | {limits.filter_values:,} values",
    ):
        assert f"| {row} |" in text
    assert f"a lease of {limits.operation_lease_seconds:.0f} seconds" in text
    assert limits.operation_attempts == 4
    assert "tried four times" in text
    assert limits.signed_url_seconds == 3600
    assert "stays valid for one hour" in text
    assert f"kept for {limits.operation_retention_days} days" in text


def test_the_guides_name_the_roles_and_bounds_that_hold():
    guide = (ROOT / "scripts" / "docs" / "handbook" / "administrator-guide.md").read_text("utf-8")
    assert [role for role in Role if f"| {role} |" not in guide] == []
    user = " ".join((ROOT / "examples" / "user-guide.md").read_text("utf-8").split())
    limits = Limits()
    assert f"from 1 to {limits.top_k} and normally {limits.top_k_default}" in user
    assert (
        f"from {limits.snippet_tokens_min} to {limits.snippet_tokens:,} "
        f"and normally {limits.snippet_tokens_default:,}"
    ) in user


def test_the_error_codes_are_those_that_are_sent():
    records = json.loads((ROOT / "examples" / "error-codes.json").read_text("utf-8"))
    sent = {(int(status), code) for status, code in api_errors._BY_CLASS.values()}
    assert {(record["http_status"], record["code"]) for record in records} <= sent
