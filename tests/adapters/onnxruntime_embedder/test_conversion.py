import threading

from lodgepole.adapters.onnxruntime_embedder.conversion import cached_path, converted_model
from lodgepole.adapters.onnxruntime_embedder.quantise import needs_reduced_range


def test_the_converted_model_is_kept_and_a_damaged_one_is_made_again(tmp_path):
    path = cached_path(tmp_path, "int8", reduced_range=needs_reduced_range())
    model = converted_model(tmp_path, "int8")
    assert 20_000_000 < len(model) < 25_000_000
    whole = path.read_bytes()

    damages = [whole[: len(whole) // 2], b"", whole[:-1] + bytes([whole[-1] ^ 1])]
    for damaged in damages:
        path.write_bytes(damaged)
        assert converted_model(tmp_path, "int8") == model
        assert path.read_bytes() == whole


def test_the_forms_are_kept_apart(tmp_path):
    paths = {
        cached_path(tmp_path, "f32", reduced_range=False),
        cached_path(tmp_path, "int8", reduced_range=False),
        cached_path(tmp_path, "int8", reduced_range=True),
    }

    assert len(paths) == 3


def test_two_may_convert_at_once(tmp_path):
    models = []
    threads = [
        threading.Thread(target=lambda: models.append(converted_model(tmp_path, "int8")))
        for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(models) == 2
    assert models[0] == models[1]
    assert [path.suffix for path in (tmp_path / "onnx").iterdir()] == [".onnx"]
