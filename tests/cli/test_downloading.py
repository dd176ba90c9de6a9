"""A download is whole, and compared with its checksum, or leaves nothing behind."""

from pathlib import Path
from typing import Any

import pytest

from lodgepole.cli.downloading import crc32c, download, has_bytes_of
from lodgepole.errors import Unavailable

CRC_OF_NUMBERS = "4waSgw=="  # of "123456789": E3069283, the checksum's published check value


class Link:
    def __init__(self, *chunks: bytes) -> None:
        self._chunks = chunks

    def download(self, url: str):
        assert url == "http://h/signed"
        yield from self._chunks


def described(**changed: Any) -> dict[str, Any]:
    return {
        "name": "numbers.txt",
        "status": "Available",
        "size": 9,
        "crc32c_hash": CRC_OF_NUMBERS,
        "signed_url": "http://h/signed",
        **changed,
    }


def test_a_file_is_written_in_the_place_of_the_old_one(tmp_path: Path):
    target = tmp_path / "numbers.txt"
    target.write_text("old")
    client: Any = Link(b"1234", b"56789")
    download(client, described(), target)
    assert target.read_bytes() == b"123456789"
    assert (crc32c(target), has_bytes_of(target, described())) == (CRC_OF_NUMBERS, True)


@pytest.mark.parametrize("arrived", [b"12345678", b"123456780", b""], ids=["cut", "rotten", "none"])
def test_other_bytes_are_not_kept(tmp_path: Path, arrived: bytes):
    target = tmp_path / "numbers.txt"
    target.write_text("old")
    client: Any = Link(arrived)
    with pytest.raises(Unavailable, match="other bytes"):
        download(client, described(), target)
    assert [path.name for path in tmp_path.iterdir()] == ["numbers.txt"]
    assert target.read_text() == "old"


def test_a_file_without_a_link_is_told(tmp_path: Path):
    client: Any = Link()
    with pytest.raises(Unavailable, match=r"numbers\.txt is Processing"):
        download(client, described(status="Processing", signed_url=None), tmp_path / "x")


def test_a_folder_that_is_not_there_is_told(tmp_path: Path):
    client: Any = Link(b"123456789")
    with pytest.raises(Unavailable, match="Cannot write"):
        download(client, described(), tmp_path / "none" / "x")
