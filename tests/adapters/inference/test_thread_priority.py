import subprocess
import sys

import pytest
from tests.support.ordinary_user import ORDINARY

pytestmark = pytest.mark.slow

PROGRAM = """
import os, sys, threading
from concurrent.futures import ThreadPoolExecutor
from lodgepole.adapters.inference.thread_priority import step_back
os.nice(int(sys.argv[1]))
def niceness():
    return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
with ThreadPoolExecutor(1, initializer=step_back) as pool:
    print(pool.submit(niceness).result(), niceness())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="threads have no priority of their own")
@pytest.mark.parametrize(("process", "thread"), [(0, 5), (3, 5), (10, 10)])
def test_a_thread_steps_back_and_never_forward_for_whoever_runs_it(process: int, thread: int):
    done = subprocess.run(
        [*ORDINARY, sys.executable, "-c", PROGRAM, str(process)],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.stdout.split() == [str(thread), str(process)], done.stderr
