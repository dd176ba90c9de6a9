"""How much of a file was sent is told while it is read."""

import io

from lodgepole.client.counted_file import CountedFile


def test_each_read_tells_the_position_that_was_reached():
    told = []
    file = CountedFile(io.BytesIO(b"0123456789"), told.append)
    assert [file.read(4), file.read(4), file.read(4), file.read(4)] == [
        b"0123",
        b"4567",
        b"89",
        b"",
    ]
    assert told == [4, 8, 10, 10]


def test_a_file_that_is_sent_again_is_counted_from_its_beginning():
    told = []
    file = CountedFile(io.BytesIO(b"0123456789"), told.append)
    file.read()
    assert (file.seek(0), file.tell()) == (0, 0)
    assert file.read(3) == b"012"
    assert file.seek(-2, 2) == 8
    assert told == [10, 3]


def test_without_anybody_to_tell_it_is_the_file():
    file = CountedFile(io.BytesIO(b"a\nb\n"), None)
    assert list(file) == [b"a\n", b"b\n"]
    assert file.read() == b""
