"""Eight-bit forms of the network's matrices.

Weights are symmetric int8 with a scale for each output column (linear layers) or for each row
(the embedding table); activations are quantised by onnxruntime while it runs.
"""

import platform
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

_X86 = frozenset({"x86_64", "amd64", "i386", "i686", "x86"})
_VNNI_FLAGS = frozenset({"avx512_vnni", "avx_vnni"})


@dataclass(frozen=True, slots=True)
class Quantised:
    """`values * scales` approximates the original; `scales` broadcasts along the other axis."""

    values: npt.NDArray[np.int8]
    scales: Floats


def quantise_columns(matrix: Floats, *, reduced_range: bool) -> Quantised:
    """Quantise `(in, out)` with one scale per output; `reduced_range` uses seven bits."""
    return _quantise(matrix, axis=0, top=63 if reduced_range else 127)


def quantise_rows(matrix: Floats) -> Quantised:
    """Quantise `(rows, width)` with one scale per row; `scales` has shape `(rows, 1)`."""
    quantised = _quantise(matrix, axis=1, top=127)
    return Quantised(quantised.values, quantised.scales[:, None])


def _quantise(matrix: Floats, *, axis: int, top: int) -> Quantised:
    peak = np.abs(matrix).max(axis=axis, keepdims=True)
    scales = np.where(peak > 0, peak / top, 1.0).astype(np.float32)
    values = np.rint(matrix / scales).astype(np.int8)
    return Quantised(values, scales.reshape(-1))


def needs_reduced_range(cpuinfo: Path = Path("/proc/cpuinfo")) -> bool:
    """Return whether eight-bit products may saturate on this CPU.

    x86 without VNNI adds pairs of u8·s8 products into 16 bits (`vpmaddubsw`), which overflows with
    weights of eight bits and cannot with seven. Where the CPU's features cannot be read, it is
    taken to be such a one.
    """
    if platform.machine().lower() not in _X86:
        return False
    try:
        lines = cpuinfo.read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return True
    flags = next((line for line in lines if line.startswith("flags")), "")
    return _VNNI_FLAGS.isdisjoint(flags.split())
