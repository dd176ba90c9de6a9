"""How faithfully files are read, by the benchmark's own corpus, is never less than it was."""

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

BENCHMARK = Path(__file__).parents[3] / "scripts" / "bench" / "reading.py"


def test_reading_is_as_faithful_as_its_floors_say():
    ended = subprocess.run(
        [sys.executable, str(BENCHMARK)], timeout=100, check=False, capture_output=True, text=True
    )

    assert ended.returncode == 0, ended.stdout + ended.stderr
