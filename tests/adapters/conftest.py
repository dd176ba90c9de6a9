"""Tiny models, written here: a word is a row of a table."""

import numpy as np
import pytest
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace
from tokenizers.processors import TemplateProcessing

from lodgepole.adapters.embedders.builtin.onnx_file import GraphWriter

WORDS = ["[UNK]", "[CLS]", "[SEP]", "pine", "fir", "grows", "query", "passage", ":", "lead"]
DIMENSION = 6
TABLE = np.random.default_rng(7).standard_normal((len(WORDS), DIMENSION)).astype(np.float32)


def write_tokenizer(directory):
    tokenizer = Tokenizer(WordLevel({word: i for i, word in enumerate(WORDS)}, "[UNK]"))
    tokenizer.pre_tokenizer = Whitespace()
    tokenizer.post_processor = TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", 1), ("[SEP]", 2)],
    )
    tokenizer.enable_padding(length=128)  # as published ones often are; must be ignored
    tokenizer.enable_truncation(4)
    tokenizer.save(str(directory / "tokenizer.json"))


def write_embedding_model(path, *, integers="int64", masked=True, pooled=False, extra=None):
    graph = GraphWriter("tiny")
    ids = graph.input("input_ids", integers, ("batch", "sequence"))
    if masked:
        graph.input("attention_mask", integers, ("batch", "sequence"))
        graph.input("token_type_ids", integers, ("batch", "sequence"))
    if extra:
        graph.input(extra, "float32", ("batch", "sequence"))
    table = graph.constant("table", TABLE)
    if pooled:
        rows = graph.node("Gather", (table, ids))
        axis = graph.constant("axis", np.array([1], np.int64))
        graph.node("ReduceSum", (rows, axis), outputs=("sentence_embedding",), keepdims=0)
        graph.output("sentence_embedding", "float32", ("batch", DIMENSION))
    else:
        # Two outputs, the useful one last, as sentence-transformers exports them.
        graph.node("Gather", (table, ids), outputs=("last_hidden_state",))
        first = graph.constant("first", np.array(0, np.int64))
        graph.node("Gather", ("last_hidden_state", first), outputs=("pooler_output",), axis=1)
        graph.output("pooler_output", "float32", ("batch", DIMENSION))
        graph.output("last_hidden_state", "float32", ("batch", "sequence", DIMENSION))
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(graph.to_bytes())


def write_scoring_model(path, *, classes=1):
    """The score is 1 for each `pine` in the second text; of two classes, the second has it."""
    weights = np.zeros((len(WORDS), classes), np.float32)
    weights[WORDS.index("pine"), -1] = 1.0
    graph = GraphWriter("tiny-judge")
    ids = graph.input("input_ids", "int64", ("batch", "sequence"))
    types = graph.input("token_type_ids", "int64", ("batch", "sequence"))
    rows = graph.node("Gather", (graph.constant("weights", weights), ids))
    last = graph.constant("last", np.array([-1], np.int64))
    second = graph.node("Unsqueeze", (graph.node("Cast", (types,), to=1), last))
    axis = graph.constant("axis", np.array([1], np.int64))
    counted = graph.node("Mul", (rows, second))
    graph.node("ReduceSum", (counted, axis), outputs=("logits",), keepdims=0)
    graph.output("logits", "float32", ("batch", classes))
    path.write_bytes(graph.to_bytes())


@pytest.fixture
def directory(tmp_path):
    made = tmp_path / "tiny-model"
    made.mkdir()
    write_tokenizer(made)
    return made
