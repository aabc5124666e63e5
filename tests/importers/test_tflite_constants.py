"""What depends on no input is computed while a file is read; outputs may be such constants."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from as_given import affine, assert_reads_as_micro
from movement_file import detector
from oracles import run_litert, tflm_outputs
from tflite_files import File, opts

from mcuq.calibrate import calibrate
from mcuq.errors import InputError
from mcuq.graph import Graph
from mcuq.importers import load_tflite
from mcuq.importers.buildable import check_buildable
from mcuq.interpret.float import run_float
from mcuq.interpret.integer import quantize_inputs, run_integer
from mcuq.ops.binary import ADD
from mcuq.ops.movement import CONCATENATION
from mcuq.ops.repetition import BROADCAST_TO
from mcuq.prequantized.load import load_quantized
from mcuq.quantize import Config, quantize

RNG = np.random.default_rng(0)


def _as_litert(content: bytes, samples: int = 2) -> Graph:
    """The graph, all of whose outputs are LiteRT's."""
    graph = check_buildable(load_tflite(content))
    shape = graph.tensors[graph.inputs[0]].shape
    x = RNG.normal(size=(samples, *shape[1:])).astype(np.float32)
    actual = run_float(graph, [x])
    for sample, expected in enumerate(run_litert(content, [x])):
        for name, values in zip(graph.outputs, expected, strict=True):
            np.testing.assert_allclose(
                actual[name][sample].ravel(), values.ravel(), rtol=1e-6, atol=1e-6
            )
    return graph


def test_constant_branches_and_outputs_of_a_detector() -> None:
    graph = _as_litert(detector())
    assert [op.kind.name for op in graph.ops] == ["RELU", "BROADCAST_TO", "BROADCAST_TO"]
    assert graph.outputs == ("scores", "anchors", "stored")


@pytest.mark.parametrize("bits", [8, 16])
def test_constant_outputs_are_written_by_every_form_of_the_model(bits: int) -> None:
    graph = load_tflite(detector())
    x = RNG.normal(size=(20, 6)).astype(np.float32)
    qgraph = quantize(graph, calibrate(graph, [x]), Config(activation_bits=bits))
    stored = quantize_inputs(qgraph, [x[:3]])
    ours = run_integer(qgraph, stored)
    theirs = tflm_outputs(qgraph, stored)
    for name, values in zip(qgraph.outputs, theirs, strict=True):
        np.testing.assert_array_equal(ours[name].ravel(), values.ravel())
    real = run_float(graph, [x[:1]])
    for name in graph.outputs:
        tensor = qgraph.tensors[name]
        reals = (ours[name][0].astype(np.float64) - tensor.zero_point) * tensor.scale[0]
        assert np.abs(reals.ravel() - real[name][0].ravel()).max() <= tensor.scale[0]


@pytest.mark.parametrize("kind", ["FILL", "ZEROS_LIKE", "BROADCAST_TO", "REVERSE_V2", "PADV2"])
def test_what_makes_constants_folds(kind: str) -> None:
    file = File()
    x = file.tensor("x", (1, 2, 3))
    made = file.tensor("made", (1, 2, 3))
    seed = file.constant("seed", RNG.normal(size=(1, 2, 1)), "float32")
    if kind == "FILL":
        value = file.constant("value", 0.5, "float32")
        file.op(kind, [file.constant("dims", [1, 2, 3]), value], made, opts("Fill"))
    elif kind == "ZEROS_LIKE":
        file.op(kind, [x], made, opts("ZerosLike"))
    elif kind == "BROADCAST_TO":
        file.op(kind, [seed, file.constant("to", [1, 2, 3])], made, opts("BroadcastTo"))
    elif kind == "REVERSE_V2":
        values = file.constant("values", RNG.normal(size=(1, 2, 3)), "float32")
        file.op(kind, [values, file.constant("axis", [2])], made, opts("ReverseV2"))
    else:
        pads = file.constant("pads", [[0, 0], [0, 0], [1, 1]])
        file.op(kind, [seed, pads, file.constant("v", 0.25, "float32")], made, opts("PadV2"))
    y = file.op("ADD", [x, made], file.tensor("y", (1, 2, 3)), opts("Add"))
    graph = _as_litert(file.content([x], [y]))
    assert [op.kind for op in graph.ops] == [ADD]


def test_a_shape_that_is_computed_reaches_a_broadcast() -> None:
    """SHAPE, BROADCAST_ARGS with a constant, FILL of integers as a factor."""
    file = File()
    x = file.tensor("x", (1, 1, 3))
    shape = file.op("SHAPE", [x], file.tensor("shape", (3,), "int32"), opts("Shape", outType=2))
    wider = file.tensor("wider", (3,), "int32")
    file.op("BROADCAST_ARGS", [shape, file.constant("other", [1, 4, 1])], wider)
    ones = file.tensor("ones", (3,), "int32")
    three = file.constant("three", [3])
    file.op("FILL", [three, file.constant("one", 1)], ones, opts("Fill"))
    target = file.op("MUL", [wider, ones], file.tensor("target", (3,), "int32"), opts("Mul"))
    y = file.op("BROADCAST_TO", [x, target], file.tensor("y", (1, 4, 3)), opts("BroadcastTo"))
    graph = _as_litert(file.content([x], [y]))
    assert [op.kind for op in graph.ops] == [BROADCAST_TO]


def test_a_fill_with_a_computed_value_repeats_it() -> None:
    file = File()
    x = file.tensor("x", (1, 4))
    scalar = file.tensor("scalar", ())
    bounds = [file.constant(f"c{n}", v) for n, v in enumerate(([0, 1], [1, 2], [1, 1]))]
    file.op("STRIDED_SLICE", [x, *bounds], scalar, opts("StridedSlice", shrinkAxisMask=3))
    y = file.tensor("y", (1, 2, 3))
    file.op("FILL", [file.constant("dims", [1, 2, 3]), scalar], y, opts("Fill"))
    _as_litert(file.content([x], [y]))


@pytest.mark.parametrize("kind", ["REVERSE_V2", "ZEROS_LIKE", "none"])
def test_constants_of_quantized_files_keep_their_integers(kind: str, tmp_path: Path) -> None:
    """Joined to values, of which TensorFlow Lite Micro makes every byte."""
    file, quantized = File(), affine(0.1, 4)
    x = file.tensor("x", (1, 2, 3), "int8", **quantized)
    values = file.constant("values", RNG.integers(-128, 128, (1, 2, 3)), "int8", **quantized)
    made = values if kind == "none" else file.tensor("made", (1, 2, 3), "int8", **quantized)
    if kind == "REVERSE_V2":
        file.op(kind, [values, file.constant("axis", [2])], made, opts("ReverseV2"))
    elif kind == "ZEROS_LIKE":
        file.op(kind, [x], made, opts("ZerosLike"))
    y = file.tensor("y", (1, 2, 6), "int8", **quantized)
    file.op("CONCATENATION", [x, made], y, opts("Concatenation", axis=2))
    assert_reads_as_micro(file.content([x], [y]), tmp_path)


def test_a_constant_output_of_a_quantized_file(tmp_path: Path) -> None:
    file, quantized = File(), affine(0.1, 4)
    x = file.tensor("x", (1, 3), "int8", **quantized)
    y = file.op("RELU", [x], file.tensor("y", (1, 3), "int8", **quantized))
    values = file.constant("values", RNG.integers(-128, 128, (5, 2)), "int8", **quantized)
    qgraph = load_quantized(file.content([x], [y, values]))
    assert qgraph.outputs == ("y", "values")
    found = run_integer(qgraph, [np.zeros((2, 3), np.int8)])["values"]
    expected = np.broadcast_to(file.tensors[values].data, (2, 5, 2))
    np.testing.assert_array_equal(found, expected)


def test_a_constant_that_grows_too_large_is_not_computed() -> None:
    file = File()
    x = file.tensor("x", (1, 4))
    made = file.tensor("made", (1 << 15, 1 << 15))
    value = file.constant("value", 0.5, "float32")
    file.op("FILL", [file.constant("dims", [1 << 15, 1 << 15]), value], made, opts("Fill"))
    y = file.op("ADD", [x, made], file.tensor("y", (1 << 15, 1 << 15)), opts("Add"))
    with pytest.raises(InputError):
        load_tflite(file.content([x], [y]))


def test_a_constant_that_is_not_finite_is_named() -> None:
    file = File()
    x = file.tensor("x", (1, 4))
    low = file.constant("low", [[-1.0, 1.0, 1.0, 1.0]], "float32")
    root = file.op("RSQRT", [low], file.tensor("root", (1, 4)))
    y = file.op("ADD", [x, root], file.tensor("y", (1, 4)), opts("Add"))
    with pytest.raises(InputError, match="no finite numbers"):
        load_tflite(file.content([x], [y]))


@pytest.mark.parametrize("count", [11, 25, 101])
def test_a_concatenation_of_any_number_of_inputs(count: int) -> None:
    """TensorFlow Lite Micro takes ten."""
    file = File()
    x = file.tensor("x", (1, count * 2))
    parts = [file.tensor(f"part{n}", (1, 2)) for n in range(count)]
    file.operator("SPLIT", [file.constant("axis", 1), x], parts, opts("Split", numSplits=count))
    y = file.tensor("y", (1, count * 2))
    file.op("CONCATENATION", parts[::-1], y, opts("Concatenation", axis=1))
    graph = _as_litert(file.content([x], [y]))
    assert max(len(op.inputs) for op in graph.ops if op.kind is CONCATENATION) == 10
    samples = RNG.normal(size=(20, count * 2)).astype(np.float32)
    qgraph = quantize(graph, calibrate(graph, [samples]), Config())
    stored = quantize_inputs(qgraph, [samples[:2]])
    np.testing.assert_array_equal(
        run_integer(qgraph, stored)["y"], tflm_outputs(qgraph, stored)[0].reshape(2, -1)
    )
