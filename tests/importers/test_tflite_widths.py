"""Files that change the width of their activations on the way are read as they are."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from as_given import affine, assert_reads_as_micro
from tflite_files import File, opts

from mcuq.errors import InputError
from mcuq.importers import load_tflite
from mcuq.interpret.integer import run_integer
from mcuq.ops.conversion import QUANTIZE
from mcuq.ops.softmax import SOFTMAX
from mcuq.pipeline.original import compare_original
from mcuq.prequantized.load import load_quantized


def _widths(result: str = "int16", scale: float = 1 / 65536, zero_point: int = -32768) -> bytes:
    """int16 to int8, a dense layer, SOFTMAX to int16; `result` is the model's output."""
    file, rng = File(), np.random.default_rng(5)
    x = file.tensor("x", (1, 6), "int16", **affine(0.0007))
    narrow = file.tensor("narrow", (1, 6), "int8", **affine(0.06, -100))
    file.op("QUANTIZE", [x], narrow)
    w = file.constant("w", rng.integers(-127, 128, (3, 6)), "int8", scale=np.float32([0.01]))
    b = file.constant("b", [40, -50, 60], "int32", scale=np.float32([0.0006]))
    y = file.tensor("y", (1, 3), "int8", **affine(0.09, 7))
    file.op("FULLY_CONNECTED", [narrow, w, b], y, opts("FullyConnected"))
    shares = file.tensor("shares", (1, 3), "int16", **affine(scale, zero_point))
    file.op("SOFTMAX", [y], shares, opts("Softmax", beta=1.0))
    if result == "int16":
        return file.content([x], [shares])
    end = file.tensor("end", (1, 3), result, **affine(2 / 65536, 0))
    file.op("QUANTIZE", [shares], end)
    return file.content([x], [end])


def test_widths_change_inside(tmp_path: Path) -> None:
    qgraph = assert_reads_as_micro(_widths(), tmp_path)
    assert [op.kind for op in qgraph.ops][::2] == [QUANTIZE, SOFTMAX]
    assert load_tflite(_widths()).ops


def test_a_result_of_int32_is_compared_as_the_file_gives_it() -> None:
    content = _widths("int32")
    qgraph = load_quantized(content)
    assert [qgraph.tensors[name].bits for name in qgraph.outputs] == [16]
    x = np.random.default_rng(6).integers(-32768, 32768, (64, 6)).astype(np.int16)
    outputs = list(run_integer(qgraph, [x]).values())
    assert compare_original(content, qgraph, [x], outputs, 1).equal
    outputs[0] ^= 2
    assert compare_original(content, qgraph, [x], outputs, 1).equal is False


@pytest.mark.parametrize(("scale", "zero_point"), [(1 / 32768, -32768), (1 / 65536, 0)])
def test_a_widened_softmax_has_one_scale(scale: float, zero_point: int) -> None:
    with pytest.raises(InputError, match="SOFTMAX of int8 values has an int16 result of scale"):
        load_quantized(_widths("int16", scale, zero_point))


def test_what_computes_with_both_widths_is_refused() -> None:
    file = File()
    x = file.tensor("x", (1, 6), "int8", **affine(0.06, -100))
    wide = file.tensor("wide", (1, 6), "int16", **affine(0.0007))
    y = file.tensor("y", (1, 6), "int16", **affine(0.001))
    file.op("QUANTIZE", [x], wide)
    file.op("ADD", [x, wide], y, opts("Add"))
    with pytest.raises(InputError, match="Operands and result of a layer have one type"):
        load_quantized(file.content([x], [y]))
