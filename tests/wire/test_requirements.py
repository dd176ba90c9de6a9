"""Every requirement has a test, and every test that names one names one that exists."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.wire.requirements import REQUIREMENTS

pytestmark = pytest.mark.slow

TESTS = Path(__file__).parent.parent
PUBLISHED = {
    *("list_assistants", "create_assistant", "get_assistant", "update_assistant"),
    *("delete_assistant", "list_files", "upload_file", "describe_file", "upsert_file"),
    *("delete_file", "list_operations", "describe_operation", "chat_assistant"),
    *("chat_completion_assistant", "context_assistant", "metrics_alignment"),
}
"""The operation ids of the published documents."""


def covered() -> Iterator[tuple[str, str]]:
    """`(requirement, test)` for each mark on a test function, without importing anything."""
    for path in TESTS.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            for mark in node.decorator_list:
                if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "requirement":
                    assert node.name.startswith("test_"), f"{path}: {node.name} is no test"
                    for id_ in mark.args:
                        yield ast.literal_eval(id_), f"{path.name}::{node.name}"


def test_every_requirement_has_a_test_or_a_reason():
    known = {id_ for id_, _ in covered()}
    assert {i for i, r in REQUIREMENTS.items() if r.status == "tested"} - known == set()
    assert {i for i, r in REQUIREMENTS.items() if r.status != "tested"} & known == set()


def test_no_test_names_an_unknown_requirement():
    assert [(id_, test) for id_, test in covered() if id_ not in REQUIREMENTS] == []


def test_every_published_operation_is_required():
    assert set(REQUIREMENTS) >= PUBLISHED


def test_requirements_say_what_is_expected_once():
    texts = [requirement.text for requirement in REQUIREMENTS.values()]
    assert len(texts) == len(set(texts))
