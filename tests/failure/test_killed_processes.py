"""Real processes, really killed: a short run of what `make chaos` does at length."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent


@pytest.mark.live
@pytest.mark.slow
@pytest.mark.timeout(240)
@pytest.mark.parametrize("workers", [0, 2])
def test_nothing_is_lost_half_visible_or_left_over_by_kills(workers):
    ended = subprocess.run(
        [
            *(
                sys.executable,
                str(ROOT / "scripts" / "chaos" / "one_machine.py"),
                "--kills",
                "6",
                "--seed",
                "5",
            ),
            *("--workers", str(workers), "--interval", "0.8"),
        ],
        capture_output=True,
        text=True,
        timeout=220,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "nothing lost, nothing half, nothing left over" in ended.stdout
