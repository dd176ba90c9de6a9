"""Writes ONNX files: as much of the protobuf wire format as a model needs, and no more.

Field numbers are those of `onnx.proto` (https://github.com/onnx/onnx, IR version 8).
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.generic]

ONNX_OPSET = 17
IR_VERSION = 8
CONTRIB = "com.microsoft"  # the domain of onnxruntime's own operators
_TENSOR_TYPES = {"float32": 1, "uint8": 2, "int8": 3, "int32": 6, "int64": 7}
_VARINT, _FIXED32, _BYTES = 0, 5, 2


def _varint(value: int) -> bytes:
    value &= (1 << 64) - 1  # negative numbers are written as 64-bit two's complement
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def _int(field: int, value: int) -> bytes:
    return _varint(field << 3 | _VARINT) + _varint(value)


def _float(field: int, value: float) -> bytes:
    return _varint(field << 3 | _FIXED32) + np.float32(value).tobytes()


def _bytes(field: int, value: bytes) -> bytes:
    return _varint(field << 3 | _BYTES) + _varint(len(value)) + value


def _text(field: int, value: str) -> bytes:
    return _bytes(field, value.encode())


def _attribute(name: str, value: float | Sequence[int]) -> bytes:
    if isinstance(value, float):
        return _text(1, name) + _float(2, value) + _int(20, 1)
    if isinstance(value, int):
        return _text(1, name) + _int(3, value) + _int(20, 2)
    return _text(1, name) + b"".join(_int(8, item) for item in value) + _int(20, 7)


def _tensor(name: str, array: Array) -> bytes:
    dims = b"".join(_int(1, size) for size in array.shape)
    head = dims + _int(2, _TENSOR_TYPES[array.dtype.name]) + _text(8, name)
    return head + _bytes(9, np.ascontiguousarray(array).tobytes())


def _value_info(name: str, dtype: str, shape: Sequence[str | int]) -> bytes:
    dims = b"".join(
        _bytes(1, _text(2, dim) if isinstance(dim, str) else _int(1, dim)) for dim in shape
    )
    tensor_type = _int(1, _TENSOR_TYPES[dtype]) + _bytes(2, dims)
    return _text(1, name) + _bytes(2, _bytes(1, tensor_type))


class GraphWriter:
    """Collects nodes in the order in which they run, then writes the model."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._nodes: list[bytes] = []
        self._initializers: list[bytes] = []
        self._inputs: list[bytes] = []
        self._outputs: list[bytes] = []
        self._values = 0

    def input(self, name: str, dtype: str, shape: Sequence[str | int]) -> str:
        """Declare an input; a dimension given as text is free."""
        self._inputs.append(_value_info(name, dtype, shape))
        return name

    def output(self, name: str, dtype: str, shape: Sequence[str | int]) -> None:
        self._outputs.append(_value_info(name, dtype, shape))

    def constant(self, name: str, array: Array) -> str:
        self._initializers.append(_tensor(name, array))
        return name

    def node(
        self,
        op: str,
        inputs: Sequence[str],
        *,
        domain: str = "",
        outputs: Sequence[str] = (),
        **attributes: float | Sequence[int],
    ) -> str:
        """Append a node and return the name of its first output.

        Args:
            op: The operator's name in `domain`.
            inputs: Names of values; "" leaves out an optional one.
            domain: "" for ONNX itself, `CONTRIB` for onnxruntime's own.
            outputs: Names to give; one is made up when there are none.
            attributes: A float is written as FLOAT, an int as INT, a sequence as INTS.
        """
        names = list(outputs)
        if not names:
            self._values += 1
            names = [f"v{self._values}"]
        self._nodes.append(
            b"".join(_text(1, name) for name in inputs)
            + b"".join(_text(2, name) for name in names)
            + _text(3, f"n{len(self._nodes)}")
            + _text(4, op)
            + b"".join(_bytes(5, _attribute(key, value)) for key, value in attributes.items())
            + (_text(7, domain) if domain else b"")
        )
        return names[0]

    def to_bytes(self) -> bytes:
        """The serialised ModelProto."""
        graph = (
            b"".join(_bytes(1, node) for node in self._nodes)
            + _text(2, self._name)
            + b"".join(_bytes(5, tensor) for tensor in self._initializers)
            + b"".join(_bytes(11, value) for value in self._inputs)
            + b"".join(_bytes(12, value) for value in self._outputs)
        )
        return (
            _int(1, IR_VERSION)
            + _text(2, "lodgepole")
            + _bytes(7, graph)
            + _bytes(8, _text(1, "") + _int(2, ONNX_OPSET))
            + _bytes(8, _text(1, CONTRIB) + _int(2, 1))
        )
