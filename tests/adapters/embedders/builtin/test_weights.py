import hashlib
import subprocess
import sys

import pytest

from lodgepole.adapters.embedders.builtin import weights
from lodgepole.adapters.embedders.builtin.weights import (
    TOKENIZER_SHA256,
    ModelCorrupt,
    ModelMissing,
    find_model,
    find_tokenizer,
    open_weights,
    pulled_files,
    verify,
)


def test_the_installed_package_is_found_without_importing_it():
    script = (
        "import pathlib, sys; from lodgepole.adapters.embedders.builtin import weights;"
        "print(weights.find_model(pathlib.Path()).present, weights.PACKAGE in sys.modules,"
        "'onnxruntime' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )

    assert done.stdout.split() == ["True", "False", "False"]


def test_without_the_package_the_pulled_files_serve(monkeypatch, tmp_path):
    monkeypatch.setattr(weights, "PACKAGE", "no_such_package_here")
    pulled = pulled_files(tmp_path)
    pulled.weights.parent.mkdir(parents=True)
    pulled.weights.touch()
    pulled.tokenizer.touch()

    assert find_model(tmp_path) == pulled


def test_a_missing_model_says_what_to_run(monkeypatch, tmp_path):
    monkeypatch.setattr(weights, "PACKAGE", "no_such_package_here")

    with pytest.raises(ModelMissing, match="lodgepole models pull"):
        find_model(tmp_path)


def test_the_tokenizer_is_found_where_the_weights_are_not(monkeypatch, tmp_path):
    monkeypatch.setattr(weights, "PACKAGE", "no_such_package_here")
    with pytest.raises(ModelMissing, match="sized by"):
        find_tokenizer(tmp_path)
    tokenizer = pulled_files(tmp_path).tokenizer
    tokenizer.parent.mkdir(parents=True)
    tokenizer.touch()

    assert find_tokenizer(tmp_path) == tokenizer


def test_weights_that_were_changed_are_refused(tmp_path):
    path = tmp_path / "model.safetensors"
    path.write_bytes(b"\x02\0\0\0\0\0\0\0{}")
    found = hashlib.sha256(path.read_bytes()).hexdigest()

    with pytest.raises(ModelCorrupt, match=found), open_weights(path):
        pass


def test_the_tokenizer_is_the_published_one(model_files):
    verify(model_files.tokenizer, TOKENIZER_SHA256)


def test_the_weights_are_float32_arrays_by_name(model_files):
    with open_weights(model_files.weights) as arrays:
        table = arrays["embeddings.word_embeddings.weight"]
        assert table.shape == (30522, 384)
        assert table.dtype.name == "float32"
