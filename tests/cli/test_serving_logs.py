"""The collector of cycles does not go through what a server starts with again and again."""

import subprocess
import sys

PROGRAM = """
import gc
from lodgepole.cli.serving_logs import COLLECT_AFTER, collect_seldom
held = [[] for _ in range(50_000)]
collect_seldom()
print(gc.get_freeze_count() >= 50_000, gc.get_threshold() == COLLECT_AFTER)
"""


def test_what_is_there_at_the_start_is_frozen():
    ran = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, timeout=60
    )
    assert ran.stdout.split() == ["True", "True"], ran.stderr
