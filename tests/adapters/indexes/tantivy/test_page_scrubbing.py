"""Nothing of a removed file stays in `index.db`, neither in a row nor beside the rows."""

import random
import sqlite3
import subprocess
import sys

import pytest
from tests.support.index_files import file_of

from lodgepole.adapters.indexes.tantivy import TantivyIndex, page_scrubbing
from lodgepole.adapters.indexes.tantivy.page_scrubbing import PageFile
from lodgepole.adapters.indexes.tantivy.passage_store import Truth
from lodgepole.errors import Unavailable
from lodgepole.model import FileVersion

pytestmark = pytest.mark.slow

TRACE = b"tabernacle"
LOOKS = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1])
print(connection.execute("SELECT count(*) FROM files").fetchone()[0])
connection.close()
"""


def version(name):
    return FileVersion(name, 1)


def seeded(seed):
    return random.Random(seed)  # noqa: S311  the same files at each run


def prose(chance, word):
    filler = " ".join(
        chance.choice(("harbour", "tide", "keeper")) for _ in range(chance.randint(5, 150))
    )
    return f"The {word} was seen. {filler}"


def held(folder):
    return b"".join(path.read_bytes() for path in folder.glob("index.db*"))


def leave_traces(path):
    """Write into every gap of every page, as SQLite leaves copies of rows that it moved."""
    file = PageFile.taken(path)
    size = file._page_bytes()
    data = bytearray(path.read_bytes())
    left = 0
    for number in range(len(data) // size):
        [start], [end] = page_scrubbing._gaps(file._read(number, 1, size), number)
        if end - start >= len(TRACE):
            data[number * size + start : number * size + start + len(TRACE)] = TRACE
            left += 1
    file.leave()
    path.write_bytes(data)
    return left


def test_whatever_comes_and_goes_only_what_is_there_is_in_the_file(tmp_path):
    chance = seeded(7)
    truth = Truth(tmp_path / "index.db")
    there, gone = {}, []
    for number in range(700):
        if len(there) > 40 or (there and chance.random() < 0.4):
            name, word = (
                there.popitem() if chance.random() < 0.1 else chance.choice([*there.items()])
            )
            there.pop(name, None)
            truth.remove([version(name)])
            gone.append(word)
            assert truth.holds_removed
            truth.scrub()
            assert not truth.holds_removed
            data = held(tmp_path)
            assert not [word for word in gone if word.encode() in data]
        else:
            word = f"zq{number}x{chance.getrandbits(32):08x}"
            count = chance.choice((1, 1, 1, 2, 4))
            texts = [prose(chance, word) for _ in range(count)]
            truth.add([file_of(version(f"f{number}"), *texts)])
            there[f"f{number}"] = word
    data = held(tmp_path)
    assert all(word.encode() in data for word in there.values())
    truth.close()


async def test_what_lies_beside_the_rows_goes_with_the_next_removal(tmp_path):
    index = TantivyIndex(tmp_path)
    for number in range(30):
        text = prose(seeded(number), f"word{number}")
        await index.add("a", file_of(version(f"f{number}"), text, lead="report"))
    await index.close()
    assert leave_traces(tmp_path / "a" / "index.db") > 10
    again = TantivyIndex(tmp_path)
    kept = await again.versions("a")
    assert TRACE in held(tmp_path / "a")
    await again.remove("a", [version("f3")])
    assert TRACE not in held(tmp_path / "a")
    assert set(await again.versions("a")) == {*kept} - {version("f3")}
    await again.close()
    with sqlite3.connect(tmp_path / "a" / "index.db") as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


async def test_an_index_from_before_removals_were_noted_is_looked_through_when_opened(tmp_path):
    index = TantivyIndex(tmp_path)
    await index.add("a", file_of(version("one"), "The keeper saw the tide."))
    await index.close()
    path = tmp_path / "a" / "index.db"
    truth = Truth(path)
    with truth._connections.transaction() as connection:
        connection.execute("DELETE FROM meta WHERE key = 'removed'")
        from lodgepole.adapters.indexes.tantivy.connections import set_meta

        set_meta(connection, next_row="2")
    truth.close()
    assert leave_traces(path)
    for times in (1, 0):
        truth = Truth(path)
        assert truth.holds_removed == bool(times)
        truth.scrub()
        assert TRACE not in path.read_bytes()
        truth.close()


def test_another_process_may_look_while_pages_are_overwritten(tmp_path):
    """The locks on the file stand: else whoever looks would take the log away as the last one."""
    truth = Truth(tmp_path / "index.db")
    truth.add([file_of(version(f"f{number}"), f"word{number}") for number in range(20)])
    other = Truth(tmp_path / "index.db")  # in this process, closed before the first one
    truth.remove([version("f1")])
    truth.scrub()
    other.close()
    truth.add([file_of(version("late"), "tide")])
    looked = subprocess.run(
        [sys.executable, "-c", LOOKS, str(tmp_path / "index.db")],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert looked.stdout.strip() == "20"
    assert (tmp_path / "index.db-wal").exists()
    truth.close()
    found = (tmp_path / "index.db").stat()
    assert (found.st_dev, found.st_ino) not in PageFile._opened


def test_pages_that_cannot_be_written_are_left_for_later(tmp_path, monkeypatch):
    path = tmp_path / "index.db"
    truth = Truth(path)
    truth.add([file_of(version(f"f{number}"), f"word{number}") for number in range(20)])
    truth.close()
    leave_traces(path)
    truth = Truth(path)
    truth.remove([version("f1")])

    def refuse(*_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch, pytest.raises(Unavailable, match="No space left"):
        patch.setattr(page_scrubbing.os, "pwrite", refuse)
        truth.scrub()
    assert truth.holds_removed
    truth.add([file_of(version("f1"), "tide")])
    truth.scrub()
    assert not truth.holds_removed
    assert TRACE not in path.read_bytes()
    truth.close()
