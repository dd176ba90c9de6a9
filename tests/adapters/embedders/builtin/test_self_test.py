import numpy as np
import pytest

from lodgepole.adapters.embedders.builtin.conversion import write_converted
from lodgepole.adapters.embedders.builtin.graph import bert_graph
from lodgepole.adapters.embedders.builtin.network import Network
from lodgepole.adapters.embedders.builtin.self_test import SENTENCES, expected_vectors, passes
from lodgepole.adapters.embedders.builtin.weights import open_weights

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("form", ["f32", "int8"])
def test_the_network_passes_in_either_form(network, form):
    assert passes(network(form).embed, form)


def test_seven_bits_pass_too(model_files, tmp_path):
    with open_weights(model_files.weights) as weights:
        model = bert_graph(weights, "int8", reduced_range=True)
    path = write_converted(tmp_path, "seven", model)

    assert passes(Network(path, model_files.tokenizer).embed, "int8")


def test_the_expected_vectors_are_the_models(network):
    vectors = np.stack([network("f32").embed(sentence) for sentence in SENTENCES])

    assert (vectors * expected_vectors()).sum(axis=1).min() >= 0.9999


@pytest.mark.parametrize("wrong", [0.0, np.nan, 1.0])
def test_nonsense_does_not_pass(wrong):
    assert not passes(lambda _: np.full(384, wrong, np.float32) / 20, "int8")


def test_what_is_nearly_right_does_not_pass(network):
    noise = np.random.default_rng(1).standard_normal(384).astype(np.float32) / np.sqrt(384)

    def noisy(text):
        vector = network("f32").embed(text) + 0.3 * noise
        return vector / np.linalg.norm(vector)

    assert not passes(noisy, "int8")
