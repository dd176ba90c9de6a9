"""What a parser process and its parent say to each other; `child.py` says when."""

GREETING = b"G"
READY = b"R"
FILE = b"F"
PROGRESS = b"P"
DOCUMENT = b"D"
UNREADABLE = b"U"
