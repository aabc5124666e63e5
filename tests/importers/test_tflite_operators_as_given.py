"""Operators of files that become others here, or several, compute TensorFlow Lite Micro's bytes.

The witness is TensorFlow Lite Micro on the file itself.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from as_given import (
    affine,
    assert_equal_to_micro,
    assert_floats_as_micro,
    assert_reads_as_micro,
    run_in_micro,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from tflite_files import File, opts

from mcuq.errors import InputError
from mcuq.prequantized.load import load_quantized


@st.composite
def _prelus(draw: st.DrawFn) -> bytes:
    rank = draw(st.integers(2, 4))
    shape = (1, *draw(st.lists(st.integers(1, 5), min_size=rank - 1, max_size=rank - 1)))
    slopes = tuple(n if draw(st.booleans()) else 1 for n in shape[1:])
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    scales = 10.0 ** rng.uniform(-3, 1, 2)
    points = rng.integers(-128, 128, 3)
    file = File()
    x = file.tensor("x", shape, "int8", **affine(scales[0], points[0]))
    alpha = file.constant(
        "alpha", rng.integers(-128, 128, slopes), "int8", **affine(0.01, points[1])
    )
    y = file.tensor("y", shape, "int8", **affine(scales[1], points[2]))
    file.op("PRELU", [x, alpha], y)
    return file.content([x], [y])


@given(files=st.lists(_prelus(), min_size=12, max_size=12))
@settings(max_examples=4)
def test_prelu(files: list[bytes], tmp_path_factory: pytest.TempPathFactory) -> None:
    named = {str(number): content for number, content in enumerate(files)}
    runs = run_in_micro(named, tmp_path_factory.mktemp("prelu"))
    assert len(runs) == len(files)
    for name, run in runs.items():
        assert_equal_to_micro(load_quantized(named[name]), run, name)


@st.composite
def _extremes(draw: st.DrawFn) -> bytes:
    """MINIMUM or MAXIMUM of one or two values that the file computes, with broadcasting."""
    shape = (1, *draw(st.lists(st.integers(1, 5), min_size=1, max_size=3)))
    thin = (1, *(n if draw(st.booleans()) else 1 for n in shape[1:]))
    dtype = draw(st.sampled_from(["int8", "int16"]))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    scale = 10.0 ** rng.uniform(-3, 1)
    grid = affine(scale, rng.integers(-128, 128) if dtype == "int8" else 0)
    file = File()
    inputs = [x := file.tensor("x", shape, dtype, **grid)]
    if draw(st.booleans()):
        other = file.constant("c", rng.integers(-128, 128, thin), dtype, **grid)
    else:
        inputs.append(other := file.tensor("o", thin, dtype, **grid))
    y = file.tensor("y", shape, dtype, **grid)
    kind = draw(st.sampled_from(["MINIMUM", "MAXIMUM"]))
    file.op(kind, draw(st.permutations([x, other])), y, opts("MaximumMinimum"))
    return file.content(inputs, [y])


@given(files=st.lists(_extremes(), min_size=12, max_size=12))
@settings(max_examples=4)
def test_extremes(files: list[bytes], tmp_path_factory: pytest.TempPathFactory) -> None:
    named = {str(number): content for number, content in enumerate(files)}
    runs = run_in_micro(named, tmp_path_factory.mktemp("extremes"))
    assert len(runs) == len(files)
    for name, run in runs.items():
        assert_equal_to_micro(load_quantized(named[name]), run, name)


@pytest.mark.parametrize("kind", ["MINIMUM", "MAXIMUM"])
def test_extremes_of_other_scales_are_refused(kind: str) -> None:
    """Kernels compare integers: they would stand for other numbers."""
    file = File()
    x = file.tensor("x", (1, 4), "int8", **affine(0.1, 3))
    bound = file.constant("bound", np.array([[7]]), "int8", **affine(0.2, 3))
    y = file.tensor("y", (1, 4), "int8", **affine(0.1, 3))
    file.op(kind, [x, bound], y, opts("MaximumMinimum"))
    with pytest.raises(InputError, match="leaves their scale"):
        load_quantized(file.content([x], [y]))


@st.composite
def _maxima(draw: st.DrawFn) -> bytes:
    shape = (1, *draw(st.lists(st.integers(1, 6), min_size=1, max_size=3)))
    first = draw(st.integers(1, len(shape) - 1))
    axes = list(range(first, draw(st.integers(first, len(shape) - 1)) + 1))
    keep = draw(st.booleans())
    result = tuple(
        1 if axis in axes else size for axis, size in enumerate(shape) if keep or axis not in axes
    )
    file = File()
    x = file.tensor("x", shape, "int8", **affine(0.1, -7))
    over = file.constant(
        "axes", [axis - (len(shape) if draw(st.booleans()) else 0) for axis in axes]
    )
    y = file.tensor("y", result, "int8", **affine(0.1, -7))
    file.op("REDUCE_MAX", [x, over], y, opts("Reducer", keepDims=keep))
    return file.content([x], [y])


@given(files=st.lists(_maxima(), min_size=12, max_size=12))
@settings(max_examples=4)
def test_reduce_max(files: list[bytes], tmp_path_factory: pytest.TempPathFactory) -> None:
    named = {str(number): content for number, content in enumerate(files)}
    runs = run_in_micro(named, tmp_path_factory.mktemp("max"))
    assert len(runs) == len(files)
    for name, run in runs.items():
        assert_equal_to_micro(load_quantized(named[name]), run, name)


def parts(kind: str, axis: int, dtype: str = "int8") -> bytes:
    """A tensor of (1, 4, 6) taken apart along `axis`; PACK puts its parts together again."""
    shape, quantized = (1, 4, 6), {} if dtype == "float32" else affine(0.1, 4)
    file = File()
    x = file.tensor("x", shape, dtype, **quantized)
    where = file.constant("axis", axis)
    size = shape[axis]
    if kind == "SPLIT":
        sizes, operands, options = [size // 2] * 2, [where, x], opts("Split", numSplits=2)
    elif kind == "SPLIT_V":
        sizes = [1, size - 1]
        lengths = file.constant("sizes", [1, -1])
        operands, options = [x, lengths, where], opts("SplitV", numSplits=2)
    else:
        sizes, operands = [1] * size, [x]
        options = opts("Unpack", num=size, axis=axis)
    parts = []
    for number, length in enumerate(sizes):
        part = [*shape]
        part[axis] = length
        if kind == "UNPACK":
            del part[axis]
        parts.append(file.tensor(f"part{number}", tuple(part), dtype, **quantized))
    file.operator(kind, operands, parts, options)
    if kind != "UNPACK":
        return file.content([x], parts)
    packed = file.tensor("packed", shape, dtype, **quantized)
    file.op("PACK", parts, packed, opts("Pack", valuesCount=size, axis=axis))
    return file.content([x], [packed])


@pytest.mark.parametrize("dtype", ["int8", "float32"])
@pytest.mark.parametrize("axis", [1, 2, -1])
@pytest.mark.parametrize("kind", ["SPLIT", "SPLIT_V", "UNPACK"])
def test_parts(kind: str, axis: int, dtype: str, tmp_path: Path) -> None:
    content = parts(kind, axis, dtype)
    if dtype == "int8":
        assert_reads_as_micro(content, tmp_path)
    else:
        assert_floats_as_micro(content, tmp_path)
