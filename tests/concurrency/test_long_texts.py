import threading

from lodgepole.concurrency.long_texts import SHORT_CHARS, read_apart


async def test_short_texts_are_read_at_once_and_long_ones_in_a_thread():
    here = threading.get_ident()
    assert await read_apart(SHORT_CHARS, threading.get_ident) == here
    assert await read_apart(SHORT_CHARS + 1, threading.get_ident) != here
