"""Dense int4 layers with a scale a channel: a convolution in the flatbuffer, the same bytes."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema
from operator_cases import FixedRanges
from oracles import tflm_outputs

from mcuq.emit.tflite import tflite_bytes
from mcuq.graph import Graph
from mcuq.importers import load_model
from mcuq.importers.builder import GraphBuilder
from mcuq.interpret.integer import run_integer
from mcuq.numeric.activation import Activation
from mcuq.ops.weighted import FULLY_CONNECTED
from mcuq.ops.weighted_params import FullyConnectedAttrs
from mcuq.prequantized.load import load_quantized
from mcuq.quantize import Config, WeightChoice, quantize
from mcuq.quantized import QuantizedGraph

RANGES = FixedRanges(default=(-3.0, 3.0))
SHAPES = {"one row": (1, 9), "rows": (1, 4, 9), "an image": (1, 2, 3, 9), "a line": (1, 1, 4, 9)}


def dense(shape: tuple[int, ...], *, bias: bool = True, layers: int = 1) -> Graph:
    """Layers of nine values each, that share their filter where there are several."""
    build, rng = GraphBuilder(), np.random.default_rng(0)
    last = build.input(shape, "x")
    sizes = rng.uniform(0.01, 0.4, (9, 1))
    weights = build.constant(rng.normal(size=(9, 9)) * sizes, "w")
    attrs = FullyConnectedAttrs(Activation.RELU, keep_num_dims=True)
    for number in range(layers):
        constants = [build.constant(rng.normal(size=9) * 0.1, "b")] if bias else []
        last = build.op(FULLY_CONNECTED, attrs, [last, weights, *constants], f"dense{number}")
    return build.graph("dense", (last,))


def narrow(graph: Graph, bits: int = 4) -> QuantizedGraph:
    return quantize(graph, RANGES, Config(default_weight=WeightChoice(bits)))


def stored(shape: tuple[int, ...], count: int = 16) -> list[np.ndarray]:
    return [np.random.default_rng(1).integers(-128, 128, (count, *shape[1:])).astype(np.int8)]


def kinds(content: bytes) -> Counter[str]:
    names = {number: name for name, number in vars(schema.BuiltinOperator).items()}
    model = schema.ModelT.InitFromPackedBuf(content, 0)
    codes = [names[code.builtinCode] for code in model.operatorCodes]
    return Counter(codes[op.opcodeIndex] for op in model.subgraphs[0].operators)


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_tflite_micro_gives_the_same_bytes(shape: tuple[int, ...], layers: int, bias: bool) -> None:
    qgraph = narrow(dense(shape, bias=bias, layers=layers))
    assert qgraph.tensors["w"].scale.size == 9
    inputs = stored(shape)
    (expected,) = (run_integer(qgraph, inputs)[name] for name in qgraph.outputs)
    for packed in (True, False):
        found = tflm_outputs(qgraph, inputs, packed)[0].reshape(expected.shape)
        assert found.tobytes() == expected.tobytes()
    found = kinds(tflite_bytes(qgraph))
    assert found["CONV_2D"] == layers and "FULLY_CONNECTED" not in found
    assert ("RESHAPE" in found) is (shape != SHAPES["a line"])


def test_the_shape_of_a_model_s_ends_stays() -> None:
    qgraph = narrow(dense(SHAPES["rows"]))
    model = schema.ModelT.InitFromPackedBuf(tflite_bytes(qgraph), 0)
    graph = model.subgraphs[0]
    for index in (*graph.inputs, *graph.outputs):
        assert tuple(graph.tensors[index].shape) == (1, 4, 9)


def test_the_file_is_read_again_with_its_integers(tmp_path: Path) -> None:
    qgraph = narrow(dense(SHAPES["one row"]))
    content = tflite_bytes(qgraph)
    again, inputs = load_quantized(content), stored(SHAPES["one row"])
    (first,) = run_integer(qgraph, inputs).values()
    (second,) = run_integer(again, inputs).values()
    assert first.tobytes() == second.tobytes()
    (tmp_path / "dense.tflite").write_bytes(content)
    assert load_model(tmp_path / "dense.tflite").tensors


def test_a_scale_a_channel_loses_less() -> None:
    """Rows of sizes that differ by a factor of up to forty."""
    graph = dense(SHAPES["one row"])
    real = graph.tensors["w"].data
    assert real is not None
    errors = []
    for per in ("channel", "tensor"):
        choice = WeightChoice(4, per=per)  # type: ignore[arg-type]  # a literal
        weight = quantize(graph, RANGES, Config(default_weight=choice)).tensors["w"]
        assert weight.data is not None
        errors.append(float(np.square(weight.data * weight.scale.reshape(-1, 1) - real).mean()))
    assert errors[0] < 0.6 * errors[1]


def test_int8_and_one_scale_stay_dense_layers() -> None:
    graph = dense(SHAPES["one row"])
    one = quantize(graph, RANGES, Config(default_weight=WeightChoice(4, per="tensor")))
    assert (
        kinds(tflite_bytes(narrow(graph, 8))) == kinds(tflite_bytes(one)) == {"FULLY_CONNECTED": 1}
    )
