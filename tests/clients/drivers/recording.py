"""What a driver reports: one line of JSON for each operation it tried.

Standard library only: it runs inside every client's own environment.
"""

import json
import os
import sys
import traceback
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

URL = os.environ["LODGEPOLE_URL"]
KEY = os.environ["LODGEPOLE_KEY"]
DOCUMENTS = Path(os.environ["LODGEPOLE_DOCUMENTS"])  # what tests/wire/conftest.py makes

ASK = [{"role": "user", "content": "Which ships must take a pilot on board?"}]
_failed = False


@contextmanager
def step(operation: str, exercised: str) -> Iterator[None]:
    """One operation of the client; what goes wrong inside is reported, and the rest goes on.

    Args:
        operation: A row of the conformance page; see `operations.py`.
        exercised: How the client was called, for readers of the page.
    """
    global _failed
    detail = ""
    try:
        yield
    except Exception:
        _failed = True
        detail = traceback.format_exc()
    report = {"operation": operation, "ok": not detail, "exercised": exercised, "detail": detail}
    print(json.dumps(report), flush=True)


def finish() -> None:
    sys.exit(1 if _failed else 0)


def fresh(prefix: str) -> str:
    return f"{prefix}-{uuid.uuid4().hex[:10]}"


def download(url: str) -> bytes:
    """What is behind a signed URL, asked for without a key."""
    with urllib.request.urlopen(url, timeout=10) as response:
        return response.read()


def same(actual: Any, expected: Any) -> None:
    assert actual == expected, f"{actual!r} is not {expected!r}"


def cites_rules(citations: Any, *, highlight: bool | None = None) -> None:
    """The citations of an answer to `ASK`: page 1 of rules.pdf, of which the link works."""
    reference = citations[0].references[0]
    same(reference.file.name, "rules.pdf")
    same(list(reference.pages), [1])
    assert citations[0].position > 0
    same(download(reference.file.signed_url), (DOCUMENTS / "rules.pdf").read_bytes())
    if highlight is True:
        assert "pilot" in reference.highlight.content, reference
    if highlight is False:
        same(reference.highlight, None)
