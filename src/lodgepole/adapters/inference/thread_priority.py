"""Lowers the priority of indexing threads, so that queries are answered first."""

import contextlib
import os
import sys
import threading

NICENESS = 5  # a third of the share of a thread that answers, while there is one


def step_back() -> None:
    """Lower the calling thread's priority, where threads have one.

    A thread whose process stepped back further stays as it is: only root may raise a priority.
    """
    if sys.platform != "linux":
        return
    thread = threading.get_native_id()
    with contextlib.suppress(OSError):  # slower answers are better than none
        own = os.getpriority(os.PRIO_PROCESS, thread)
        os.setpriority(os.PRIO_PROCESS, thread, max(own, NICENESS))
