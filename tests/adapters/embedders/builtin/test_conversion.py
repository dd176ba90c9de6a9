import threading

import pytest

from lodgepole.adapters.embedders.builtin.conversion import converted_model, write_converted
from lodgepole.errors import Unavailable

pytestmark = pytest.mark.slow


def test_the_converted_model_is_kept_and_a_damaged_one_is_made_again(tmp_path):
    path = converted_model(tmp_path, "int8")
    whole = path.read_bytes()
    assert 20_000_000 < len(whole) < 25_000_000
    made = path.stat().st_mtime_ns

    assert converted_model(tmp_path, "int8") == path
    assert path.stat().st_mtime_ns == made

    for damaged in (whole[: len(whole) // 2], b"", whole[:-1] + bytes([whole[-1] ^ 1])):
        path.write_bytes(damaged)
        assert converted_model(tmp_path, "int8") == path
        assert path.read_bytes() == whole


def test_the_forms_are_kept_apart(tmp_path):
    assert converted_model(tmp_path, "int8") != converted_model(tmp_path, "f32")


def test_two_may_convert_at_once(tmp_path):
    paths = []
    threads = [
        threading.Thread(target=lambda: paths.append(converted_model(tmp_path, "int8")))
        for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert paths[0] == paths[1]
    assert list((tmp_path / "onnx").iterdir()) == [paths[0]]


def test_other_accounts_may_read_the_model_and_nothing_else_is_left(tmp_path):
    path = write_converted(tmp_path, "stem", b"model")

    assert path.stat().st_mode & 0o777 == 0o644
    assert list(tmp_path.iterdir()) == [path]


def test_a_cache_that_cannot_be_written_says_what_to_do(tmp_path):
    (tmp_path / "onnx").write_text("in the way")

    with pytest.raises(Unavailable, match="configure another cache directory"):
        write_converted(tmp_path / "onnx", "stem", b"model")
