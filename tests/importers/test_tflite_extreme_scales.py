"""Scales and modes that no converter writes: what is read computes as TensorFlow Lite Micro."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import flatbuffers
import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema
from as_given import assert_equal_to_micro, run_in_micro
from operator_cases import cases, seeded_cases

from mcuq.emit.tflite import tflite_bytes
from mcuq.errors import InputError
from mcuq.graph import Graph
from mcuq.numeric.element import Element
from mcuq.ops.cast import CAST
from mcuq.ops.operator import AnyOperator
from mcuq.ops.padding import MIRROR_PAD
from mcuq.ops.unary import LOGISTIC, TANH
from mcuq.prequantized.load import load_quantized
from mcuq.quantize import Config, quantize

EXPONENTS = (-30, -28, -27, 0, 20, 33, 34, 35, 36, 40, 60)


def with_input_scale(content: bytes, scale: float) -> bytes:
    model = schema.ModelT.InitFromPackedBuf(content, 0)
    (number,) = model.subgraphs[0].inputs
    model.subgraphs[0].tensors[number].quantization.scale = np.array([scale], np.float32)
    builder = flatbuffers.Builder(len(content) + 1024)
    builder.Finish(model.Pack(builder), file_identifier=b"TFL3")
    return bytes(builder.Output())


@pytest.mark.parametrize("kind", [TANH, LOGISTIC])
def test_an_argument_of_any_scale(kind: AnyOperator, tmp_path: Path) -> None:
    (case,) = seeded_cases(cases(kind), 1, 1)
    content = tflite_bytes(quantize(case.graph, case.ranges, Config()))
    contents = {str(power): with_input_scale(content, 1.3 * 2.0**power) for power in EXPONENTS}
    read = {}
    for name, changed in contents.items():
        with suppress(InputError):
            read[name] = load_quantized(changed)
    assert set(read) == {"-28", "-27", "0", "20", "33", "34"}
    for name, run in run_in_micro({name: contents[name] for name in read}, tmp_path).items():
        assert_equal_to_micro(read[name], run, name)


def test_reals_beyond_int32_are_not_cast(tmp_path: Path) -> None:
    found = (case for case in seeded_cases(cases(CAST), 1, 40) if to_integers(case.graph))
    case = next(found)
    content = tflite_bytes(quantize(case.graph, case.ranges, Config()))
    fits = with_input_scale(content, 2.0**22)
    run = run_in_micro({"fits": fits}, tmp_path)["fits"]
    assert_equal_to_micro(load_quantized(fits), run, "fits")
    with pytest.raises(InputError, match="overflow"):
        load_quantized(with_input_scale(content, 2.0**24))


def to_integers(graph: Graph) -> bool:
    first = graph.tensors[graph.inputs[0]].element
    return first is Element.REAL and len(graph.inputs) == 1


@pytest.mark.parametrize("mode", [None, 2, 3, 255])
def test_a_mirror_of_no_known_kind(mode: int | None) -> None:
    """TensorFlow Lite Micro takes it for one of its own."""
    (case,) = seeded_cases(cases(MIRROR_PAD), 1, 1)
    content = tflite_bytes(quantize(case.graph, case.ranges, Config()))
    assert load_quantized(content)
    model = schema.ModelT.InitFromPackedBuf(content, 0)
    (operator,) = model.subgraphs[0].operators
    if mode is None:
        operator.builtinOptions, operator.builtinOptionsType = None, 0
    else:
        operator.builtinOptions.mode = mode - 256 if mode > 127 else mode
    builder = flatbuffers.Builder(len(content) + 1024)
    builder.Finish(model.Pack(builder), file_identifier=b"TFL3")
    with pytest.raises(InputError, match="repeats the edge or leaves it out"):
        load_quantized(bytes(builder.Output()))
