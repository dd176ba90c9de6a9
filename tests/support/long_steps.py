"""The longest that a function keeps the interpreter to itself.

Threads take turns between two lines of Python. What one call into C does to a whole text is one
step, in which the event loop answers nobody, whichever thread makes it.
"""

import gc
import sys
import time
from collections.abc import Callable
from types import FrameType
from typing import Any


class _Watch:
    def __init__(self) -> None:
        self.longest = 0.0
        self.where = ""
        self._began = time.thread_time()

    def __call__(self, frame: FrameType, _event: str, _arg: object) -> Any:
        took = time.thread_time() - self._began
        if took > self.longest:
            self.longest = took
            self.where = f"{frame.f_code.co_filename}:{frame.f_lineno} in {frame.f_code.co_name}"
        self._began = time.thread_time()
        return self


def longest_step(work: Callable[[], object]) -> tuple[float, str]:
    """Seconds of this thread's processor between two lines, and which line came after them."""
    watch = _Watch()
    traced, collecting = sys.gettrace(), gc.isenabled()
    gc.disable()
    sys.settrace(watch)
    try:
        work()
    finally:
        sys.settrace(traced)
        if collecting:
            gc.enable()
    return watch.longest, watch.where
