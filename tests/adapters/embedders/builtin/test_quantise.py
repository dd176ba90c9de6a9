import platform

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from lodgepole.adapters.embedders.builtin.quantise import (
    needs_reduced_range,
    quantise_columns,
    quantise_rows,
)

matrices = hnp.arrays(
    np.float32,
    hnp.array_shapes(min_dims=2, max_dims=2, max_side=6),
    elements=st.floats(-100, 100, width=32, allow_subnormal=False),
)


@given(matrices, st.booleans())
def test_columns_are_off_by_half_a_step_at_most(matrix, reduced_range):
    quantised = quantise_columns(matrix, reduced_range=reduced_range)

    error = np.abs(quantised.values * quantised.scales - matrix)
    assert (error <= quantised.scales * 0.5001).all()
    assert np.abs(quantised.values).max() <= (63 if reduced_range else 127)


@given(matrices)
def test_rows_are_off_by_half_a_step_at_most(matrix):
    quantised = quantise_rows(matrix)

    assert quantised.scales.shape == (len(matrix), 1)
    assert (np.abs(quantised.values * quantised.scales - matrix) <= quantised.scales * 0.5001).all()


@pytest.mark.parametrize(
    ("machine", "flags", "expected"),
    [
        ("x86_64", "fpu sse2 avx2 avx512_vnni", False),
        ("AMD64", "fpu avx2 avx_vnni", False),
        ("x86_64", "fpu sse2 avx2", True),
        ("aarch64", "asimd", False),
    ],
)
def test_seven_bits_are_for_x86_without_vnni(monkeypatch, tmp_path, machine, flags, expected):
    monkeypatch.setattr(platform, "machine", lambda: machine)
    cpuinfo = tmp_path / "cpuinfo"
    cpuinfo.write_text(f"processor\t: 0\nflags\t\t: {flags}\n")

    assert needs_reduced_range(cpuinfo) is expected


def test_an_x86_that_says_nothing_gets_seven_bits(monkeypatch, tmp_path):
    monkeypatch.setattr(platform, "machine", lambda: "x86_64")

    assert needs_reduced_range(tmp_path / "absent")
