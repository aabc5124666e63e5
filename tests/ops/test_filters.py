"""In which width filters are stored, and that lowering stores them so."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from operator_cases import least_case

from mcuq.cli.main import main
from mcuq.cost import weight_bytes
from mcuq.lower import lower
from mcuq.numeric import TERNARY
from mcuq.ops.filters import filter_bytes, filter_width
from mcuq.ops.operator import AnyOperator
from mcuq.ops.weighted import CONV_2D, DEPTHWISE_CONV_2D, FULLY_CONNECTED, TRANSPOSE_CONV
from mcuq.quantize import Config, WeightChoice, quantize
from mcuq.resources import example_dir


@pytest.mark.parametrize("kind", [CONV_2D, DEPTHWISE_CONV_2D, FULLY_CONNECTED, TRANSPOSE_CONV])
def test_ternary_filters_that_are_used_once_are_stored_as_int2(kind: AnyOperator) -> None:
    once = kind in (FULLY_CONNECTED, TRANSPOSE_CONV)
    assert filter_width(kind, TERNARY) == (2 if once else TERNARY)
    assert [filter_width(kind, bits) for bits in (8, 4, 2)] == [8, 4, 2]
    assert filter_bytes(kind, (4, 25), TERNARY) == (25 if once else 20)


@pytest.mark.slow
@pytest.mark.arm
def test_the_configuration_that_is_written_counts_what_is_stored(tmp_path: Path) -> None:
    digits, out = example_dir("digits"), tmp_path / "out"
    words = ["quantize", str(digits / "digits_float32.tflite"), "--bits", "ternary"]
    words += ["--calibration", str(digits / "calibration.npz"), "--board", "stm32f746"]
    assert main([*words, "-o", str(out)]) == 0
    tensors = json.loads((out / "config.json").read_text("utf-8"))["tensors"]
    manifest = json.loads((out / "manifest.json").read_text("utf-8"))
    weights = [one["bytes"] for one in tensors if one["role"] == "weight"]
    assert sum(weights) == manifest["result"]["weight_bytes"]


def test_a_dense_layer_has_the_words_and_the_kernel_of_int2() -> None:
    case = least_case(FULLY_CONNECTED, lambda case: case.graph.tensors["w"].size > 4)
    ternary = quantize(case.graph, case.ranges, Config(default_weight=WeightChoice(TERNARY)))
    call = lower(ternary).calls[0]
    assert call.function == "mcuq_dense_s2"
    assert call.scratch_bytes == 0
    weight = ternary.tensors["w"]
    assert weight.data is not None
    assert np.isin(weight.data, (-1, 0, 1)).all()
    assert weight_bytes(ternary) == filter_bytes(FULLY_CONNECTED, weight.shape, TERNARY)
