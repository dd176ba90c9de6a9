import platform
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

PROGRAM = """
import threading
from lodgepole.adapters.host.process_memory import share_arenas
print(share_arenas())
def work(barrier):
    held = [bytes(1000) for _ in range(2000)]
    barrier.wait()
    barrier.wait()
barrier = threading.Barrier(13)
for _ in range(12):
    threading.Thread(target=work, args=(barrier,)).start()
barrier.wait()
heaps = 0
for line in open("/proc/self/maps", encoding="utf-8"):
    start, end = (int(side, 16) for side in line.split()[0].split("-"))
    # A heap of a thread's own begins at a multiple of its largest size, 64 MB.
    heaps += start % (64 << 20) == 0 and len(line.split()) == 5 and "rw-p" in line
print(heaps)
barrier.wait()
"""

FREED = """
from lodgepole.adapters.host.process_memory import give_back
def resident():
    return int(open("/proc/self/statm", encoding="utf-8").read().split()[1]) * 4
held = [bytearray(2000) for _ in range(20_000)]
last = bytearray(2000)
held.clear()
before = resident()
print(give_back(), before - resident())
"""


def test_threads_share_their_heaps_where_the_c_library_can():
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True
    )
    could, heaps = done.stdout.split()
    if platform.libc_ver()[0] == "glibc" and Path("/proc/self/maps").exists():
        assert could == "True"
        assert int(heaps) <= 3


def test_what_is_free_goes_back_to_the_system_where_the_c_library_can():
    done = subprocess.run([sys.executable, "-c", FREED], capture_output=True, text=True, check=True)
    gave, kib = done.stdout.split()
    if platform.libc_ver()[0] == "glibc" and Path("/proc/self/statm").exists():
        assert gave == "True"
        assert int(kib) > 20_000
