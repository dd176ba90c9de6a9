"""What can be pulled as a language model."""

from pathlib import Path

from lodgepole.adapters.chat_models.llama_cpp.weights import MODELS, weights_path


def test_what_can_be_pulled_is_open_and_small():
    assert len({model.name for model in MODELS}) == len(MODELS) >= 3
    for model in MODELS:
        assert model.licence == "Apache-2.0"
        assert model.size < 4_000_000_000
        assert model.file.endswith(".gguf")
        assert model.repository.count("/") == 1


def test_weights_are_kept_by_the_name_of_their_model():
    assert weights_path(Path("/m"), "tiny") == Path("/m/tiny.gguf")
