"""Starting a program with the rights of an ordinary user, whoever runs the tests.

Root may do what users may not, such as raising a thread's priority: a program that needs it works
in the tests and fails for everybody else. Files stay root's own, so nothing changes its owner.
"""

import os
import shutil

_DROPPED = ("setpriv", "--bounding-set=-all", "--inh-caps=-all")
ORDINARY = _DROPPED if os.geteuid() == 0 and shutil.which("setpriv") else ()
"""To be put before a command; it becomes the command, under the same process id."""
