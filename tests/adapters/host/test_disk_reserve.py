"""The reserve on the disk: laid down where there is room, given up where there is none."""

import logging

from lodgepole.adapters.host.disk_reserve import PLENTY, RESERVE, RESERVE_BYTES, keep_reserve


def test_it_is_laid_down_where_there_is_plenty_of_room(tmp_path):
    keep_reserve(tmp_path, free_bytes=lambda _: PLENTY * RESERVE_BYTES)
    path = tmp_path / RESERVE
    assert path.stat().st_size == RESERVE_BYTES
    assert path.stat().st_blocks * 512 >= RESERVE_BYTES
    assert path.stat().st_mode & 0o077 == 0


def test_it_is_given_up_on_a_full_disk_and_said_so(tmp_path, caplog):
    keep_reserve(tmp_path, free_bytes=lambda _: PLENTY * RESERVE_BYTES)
    with caplog.at_level(logging.WARNING):
        keep_reserve(tmp_path, free_bytes=lambda _: RESERVE_BYTES - 1)
    assert not (tmp_path / RESERVE).exists()
    assert "is full" in caplog.text
    keep_reserve(tmp_path, free_bytes=lambda _: 0)


def test_between_full_and_plenty_it_stays_as_it_is(tmp_path):
    keep_reserve(tmp_path, free_bytes=lambda _: RESERVE_BYTES)
    assert not (tmp_path / RESERVE).exists()
    (tmp_path / RESERVE).write_bytes(b"x")
    keep_reserve(tmp_path, free_bytes=lambda _: RESERVE_BYTES)
    assert (tmp_path / RESERVE).read_bytes() == b"x"


def test_a_disk_that_cannot_be_asked_keeps_nobody_from_starting(tmp_path, caplog):
    def broken(_):
        raise OSError(5, "Input/output error")

    keep_reserve(tmp_path, free_bytes=broken)
    assert "Input/output error" in caplog.text
