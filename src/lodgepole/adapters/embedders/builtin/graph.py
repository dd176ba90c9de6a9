"""The network of all-MiniLM-L6-v2 as an ONNX graph, from token ids to unit vectors.

BERT with six layers, then mean pooling and normalisation
(https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2). onnxruntime's fused operators are
written directly, so that loading has nothing left to optimise.
"""

from typing import Literal

import numpy as np

from lodgepole.adapters.embedders.builtin.onnx_file import CONTRIB, GraphWriter
from lodgepole.adapters.embedders.builtin.quantise import Floats, quantise_columns, quantise_rows
from lodgepole.adapters.embedders.builtin.weights import Weights

LAYERS = 6
HEADS = 12
DIMENSION = 384
MAX_TOKENS = 256  # [CLS] and [SEP] included; what the model was tuned for, of 512 positions
EPSILON = 1e-12  # of the layer normalisations, as in the model's config.json
_FLOAT = 1  # TensorProto.FLOAT

Form = Literal["f32", "int8"]


def bert_graph(weights: Weights, form: Form, *, reduced_range: bool = False) -> bytes:
    """The serialised model.

    Input `input_ids`, int32 `(batch, sequence)`, sequence ≤ MAX_TOKENS, without padding: there is
    no mask. Output `embedding`, float32 `(batch, 384)`. In int8 the rows of one batch share the
    range of their activations, so only a batch of one gives a text the same vector every time.
    """
    return _BertWriter(weights, form, reduced_range=reduced_range).write()


class _BertWriter:
    def __init__(self, weights: Weights, form: Form, *, reduced_range: bool) -> None:
        self._weights = weights
        self._form = form
        self._reduced_range = reduced_range
        self._graph = GraphWriter("all-MiniLM-L6-v2")

    def write(self) -> bytes:
        graph = self._graph
        ids = graph.input("input_ids", "int32", ("batch", "sequence"))
        hidden = self._embedding(ids)
        for layer in range(LAYERS):
            hidden = self._layer(f"encoder.layer.{layer}", hidden)
        self._pooling(hidden)
        graph.output("embedding", "float32", ("batch", DIMENSION))
        return graph.to_bytes()

    def _embedding(self, ids: str) -> str:
        graph = self._graph
        table = self._weights["embeddings.word_embeddings.weight"]
        if self._form == "f32":
            words = graph.node("Gather", (graph.constant("words", table), ids))
        else:
            rows = quantise_rows(table)
            values = graph.node("Gather", (graph.constant("words", rows.values), ids))
            scales = graph.node("Gather", (graph.constant("words.scale", rows.scales), ids))
            words = graph.node("Mul", (graph.node("Cast", (values,), to=_FLOAT), scales))
        # Token types are always zero, so their row is added to the positions once and for all.
        places = (
            self._weights["embeddings.position_embeddings.weight"][:MAX_TOKENS]
            + self._weights["embeddings.token_type_embeddings.weight"][0]
        )
        shape = graph.node("Shape", (ids,))
        length = graph.node("Slice", (shape, self._index("one", 1), self._index("two", 2)))
        begin = self._index("zero", 0)
        positions = graph.node("Slice", (graph.constant("positions", places), begin, length))
        return self._normalised("embeddings", words, positions)

    def _layer(self, layer: str, hidden: str) -> str:
        heads = [
            self._linear(f"{layer}.attention.self.{part}", hidden)
            for part in ("query", "key", "value")
        ]
        mixed = self._graph.node("MultiHeadAttention", heads, domain=CONTRIB, num_heads=HEADS)
        attended = self._linear(f"{layer}.attention.output.dense", mixed)
        hidden = self._normalised(f"{layer}.attention.output", attended, hidden)
        wide = self._linear(f"{layer}.intermediate.dense", hidden)
        wide = self._graph.node("Gelu", (wide,), domain=CONTRIB)
        narrow = self._linear(f"{layer}.output.dense", wide)
        return self._normalised(f"{layer}.output", narrow, hidden)

    def _linear(self, name: str, value: str) -> str:
        graph = self._graph
        matrix: Floats = np.ascontiguousarray(self._weights[f"{name}.weight"].T)
        bias = graph.constant(f"{name}.bias", self._weights[f"{name}.bias"])
        if self._form == "f32":
            product = graph.node("MatMul", (value, graph.constant(name, matrix)))
            return graph.node("Add", (product, bias))
        columns = quantise_columns(matrix, reduced_range=self._reduced_range)
        values = graph.constant(name, columns.values)
        scales = graph.constant(f"{name}.scale", columns.scales)
        inputs = (value, values, scales, "", bias)
        return graph.node("DynamicQuantizeMatMul", inputs, domain=CONTRIB)

    def _normalised(self, name: str, value: str, skipped: str) -> str:
        graph = self._graph
        gamma, beta = (
            graph.constant(f"{name}.{part}", self._weights[f"{name}.LayerNorm.{part}"])
            for part in ("weight", "bias")
        )
        # The fused SkipLayerNormalization does not use the CPU's vectors: 19 % slower in all.
        inputs = (graph.node("Add", (value, skipped)), gamma, beta)
        return graph.node("LayerNormalization", inputs, axis=-1, epsilon=EPSILON)

    def _pooling(self, hidden: str) -> None:
        # The sum over tokens has the direction of their mean, and only the direction is kept.
        total = self._graph.node("ReduceSum", (hidden, self._index("axis", 1)), keepdims=0)
        self._graph.node("LpNormalization", (total,), outputs=("embedding",), axis=1, p=2)

    def _index(self, name: str, value: int) -> str:
        return self._graph.constant(name, np.array([value], np.int64))
