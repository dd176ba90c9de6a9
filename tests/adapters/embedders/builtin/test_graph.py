"""The ONNX graph computes BERT, as written down here a second time in plain numpy."""

import math

import numpy as np
import pytest
from tokenizers import Tokenizer

from lodgepole.adapters.embedders.builtin.weights import open_weights

pytestmark = pytest.mark.slow

TEXTS = [
    "pine",
    "The lodgepole pine grows from Alaska to California, often after fire.",
    "Der Umsatz stieg 2018 um 4,2 % — Zażółć gęślą jaźń 日本語 🌲",
    "The quick brown fox jumps over the lazy dog near the river bank. " * 12,
]


class Bert:
    """BERT as in Devlin et al. 2018, with mean pooling; float64, one sequence at a time."""

    def __init__(self, weights):
        self.weights = {name: array.astype(np.float64) for name, array in weights.items()}

    def linear(self, name, x):
        return x @ self.weights[f"{name}.weight"].T + self.weights[f"{name}.bias"]

    def norm(self, name, x):
        centred = x - x.mean(-1, keepdims=True)
        unit = centred / np.sqrt((centred**2).mean(-1, keepdims=True) + 1e-12)
        gamma, beta = (self.weights[f"{name}.LayerNorm.{part}"] for part in ("weight", "bias"))
        return unit * gamma + beta

    def attention(self, name, x):
        query, key, value = (
            self.linear(f"{name}.self.{part}", x).reshape(len(x), 12, 32).transpose(1, 0, 2)
            for part in ("query", "key", "value")
        )
        scores = np.exp(query @ key.transpose(0, 2, 1) / math.sqrt(32))
        mixed = scores / scores.sum(-1, keepdims=True) @ value
        return self.linear(f"{name}.output.dense", mixed.transpose(1, 0, 2).reshape(len(x), 384))

    def embed(self, ids):
        words, places, types = (
            self.weights[f"embeddings.{kind}_embeddings.weight"]
            for kind in ("word", "position", "token_type")
        )
        x = self.norm("embeddings", words[ids] + places[: len(ids)] + types[0])
        for layer in range(6):
            name = f"encoder.layer.{layer}"
            x = self.norm(f"{name}.attention.output", self.attention(f"{name}.attention", x) + x)
            wide = self.linear(f"{name}.intermediate.dense", x)
            wide = wide * (1 + np.vectorize(math.erf)(wide / math.sqrt(2))) / 2
            x = self.norm(f"{name}.output", self.linear(f"{name}.output.dense", wide) + x)
        mean = x.mean(0)
        return mean / np.linalg.norm(mean)


@pytest.fixture(scope="module")
def expected(model_files):
    tokenizer = Tokenizer.from_file(str(model_files.tokenizer))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    with open_weights(model_files.weights) as weights:
        bert = Bert(weights)
    return np.stack([bert.embed(tokenizer.encode(text).ids) for text in TEXTS])


@pytest.mark.parametrize(("form", "least"), [("f32", 0.9999), ("int8", 0.975)])
def test_the_network_computes_what_bert_computes(network, expected, form, least):
    vectors = np.stack([network(form).embed(text) for text in TEXTS])

    assert (vectors * expected).sum(axis=1).min() >= least


@pytest.mark.parametrize("form", ["f32", "int8"])
def test_a_text_is_read_up_to_the_models_limit(network, form):
    embed = network(form).embed
    long = "tree " * 300

    assert np.array_equal(embed(long), embed(long[: len("tree ") * 254]))
    assert not np.array_equal(embed(long), embed(long[: len("tree ") * 253]))
