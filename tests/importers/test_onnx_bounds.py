"""Small ONNX files that ask for much: refused in one line before memory or time is taken."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
import pytest
from onnx_cases import Model, onnx

from mcuq.errors import InputError
from mcuq.importers.onnx import load_onnx

helper = onnx.helper
LARGE = 40_000
MOST_SECONDS = 60.0
"""Of this process. Refusals take 2 to 7 s of it, by the machine; what they spare takes hours."""


def ints(*values: int) -> np.ndarray:
    return np.array(values, np.int64)


def expanded(model: Model) -> str:
    return model.node("Expand", [model.constant(np.float32(1)), model.constant(ints(LARGE, LARGE))])


def filled(model: Model) -> str:
    return model.node("ConstantOfShape", [model.constant(ints(LARGE, LARGE))])


def tiled(model: Model) -> str:
    ones = model.constant(np.ones((1, 1), np.float32))
    return model.node("Tile", [ones, model.constant(ints(LARGE, LARGE))])


def padded(model: Model) -> str:
    ones = model.constant(np.ones((1, 1), np.float32))
    return model.node("Pad", [ones, model.constant(ints(LARGE, LARGE, 0, 0))])


def counted(model: Model) -> str:
    ends = [model.constant(np.int64(value)) for value in (0, 1 << 40, 1)]
    return model.node("Cast", [model.node("Range", ends)], to=onnx.TensorProto.FLOAT)


def spread(model: Model) -> str:
    """Nothing is large but the sum of the two shapes."""
    column, row = (model.constant(np.ones(shape, np.float32)) for shape in ((5000, 1), (1, 5000)))
    return model.node("Add", [column, row])


def resized(model: Model) -> str:
    image = model.constant(np.ones((1, 1, 2, 2), np.float32))
    sizes = model.constant(ints(1, 1, LARGE, LARGE))
    return model.node("Resize", [image, "", "", sizes])


def pooled(model: Model) -> str:
    """Computed in Python, a number at a time."""
    image = model.constant(np.ones((1, 1, 300, 300), np.float32))
    return model.node("MaxPool", [image], kernel_shape=[50, 50])


def multiplied(model: Model) -> str:
    a, b = (model.constant(np.ones((1400, 1400), np.float32)) for _ in range(2))
    return model.node("MatMul", [a, b])


def one_hot(model: Model) -> str:
    numbers = model.constant(np.zeros(1000, np.int64))
    values = model.constant(np.array([0, 1], np.float32))
    return model.node("OneHot", [numbers, model.constant(np.int64(1 << 30)), values])


CONSTANTS = (
    expanded, filled, tiled, padded, counted, spread, resized, pooled, multiplied, one_hot,
)  # fmt: skip


def refused_soon(content: bytes) -> str:
    begin = time.process_time()
    with pytest.raises(InputError) as caught:
        load_onnx(content)
    assert time.process_time() - begin < MOST_SECONDS
    assert caught.value.hint
    return caught.value.cause


def content(model: Model, *outputs: str) -> bytes:
    """Without the shapes that ONNX infers: a hostile file brings none."""
    results = [onnx.ValueInfoProto(name=name) for name in outputs]
    graph = helper.make_graph(model.nodes, "model", model.inputs, results, model.constants)
    opsets = [helper.make_opsetid("", model.opset)]
    return bytes(helper.make_model(graph, opset_imports=opsets).SerializeToString())


@pytest.mark.parametrize("build", CONSTANTS)
def test_constants_that_would_be_large_or_slow(build: Callable[[Model], str]) -> None:
    model = Model((1, 4))
    total = model.node("ReduceSum", [build(model)], keepdims=0)
    output = model.node("Relu", [model.node("Add", ["x0", total])])
    assert "its constants give" in refused_soon(content(model, output))


def test_many_constants_together() -> None:
    """Each of them alone would be read."""
    model = Model((1, 4))
    shape, parts = model.constant(ints(4000, 4000)), ["x0"]
    for _ in range(12):
        large = model.node("ConstantOfShape", [shape])
        parts.append(model.node("ReduceSum", [large], keepdims=0))
    total = parts[0]
    for part in parts[1:]:
        total = model.node("Add", [total, part])
    assert "numbers in all" in refused_soon(content(model, model.node("Relu", [total])))


@pytest.mark.parametrize("kind", ["Resize", "Expand", "Tile", "Pad", "ConvTranspose"])
def test_layers_whose_result_would_be_large(kind: str) -> None:
    model = Model((1, 1, 2, 2))
    operands = {
        "Resize": lambda: ["", "", model.constant(ints(1, 1, LARGE, LARGE))],
        "Expand": lambda: [model.constant(ints(LARGE, LARGE, 2, 2))],
        "Tile": lambda: [model.constant(ints(1, 1, LARGE, LARGE))],
        "Pad": lambda: [model.constant(ints(0, 0, LARGE, LARGE, 0, 0, 0, 0))],
        "ConvTranspose": lambda: [model.weights(1, 1, 1, 1)],
    }[kind]()
    attrs = {"strides": [LARGE, LARGE]} if kind == "ConvTranspose" else {}
    refused_soon(content(model, model.node(kind, ["x0", *operands], **attrs)))


def test_a_pool_of_a_huge_window() -> None:
    model = Model((1, 1, 4, 4))
    pads = [30_000] * 4
    output = model.node("MaxPool", ["x0"], kernel_shape=[30_001, 30_001], pads=pads)
    refused_soon(content(model, output))


def with_functions(depth: int, last: str) -> bytes:
    """Each function calls the next one twice."""
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("own", 1)]
    functions = []
    for level in range(depth):
        name = f"f{level + 1}" if level + 1 < depth else last
        domain = "own" if name.startswith("f") else ""
        nodes = [
            helper.make_node(name, ["x"], ["h"], domain=domain),
            helper.make_node(name, ["h"], ["y"], domain=domain),
        ]
        functions.append(helper.make_function("own", f"f{level}", ["x"], ["y"], nodes, opsets))
    value = helper.make_tensor_value_info("x0", onnx.TensorProto.FLOAT, (1, 4))
    result = helper.make_tensor_value_info("y0", onnx.TensorProto.FLOAT, (1, 4))
    node = helper.make_node("f0", ["x0"], ["y0"], domain="own")
    graph = helper.make_graph([node], "model", [value], [result])
    model = helper.make_model(graph, opset_imports=opsets, functions=functions)
    return bytes(model.SerializeToString())


def test_functions_that_double_each_other() -> None:
    assert len(load_onnx(with_functions(3, "Relu")).ops) > 0
    assert "operators when written out" in refused_soon(with_functions(40, "Relu"))


def test_a_function_that_calls_itself() -> None:
    refused_soon(with_functions(3, "f0"))


def looping(rounds: int, depth: int) -> bytes:
    """Loops inside loops, all of a known number of turns."""

    def body(level: int) -> onnx.GraphProto:
        names = [f"{kind}{level}" for kind in ("i", "c", "v")]
        kinds = (onnx.TensorProto.INT64, onnx.TensorProto.BOOL, onnx.TensorProto.FLOAT)
        inputs = [
            helper.make_tensor_value_info(name, kind, (1, 4) if kind == kinds[2] else ())
            for name, kind in zip(names, kinds, strict=True)
        ]
        inner = (
            helper.make_node("Relu", [names[2]], [f"o{level}"])
            if level == depth
            else helper.make_node("Loop", ["n", "t", names[2]], [f"o{level}"], body=body(level + 1))
        )
        nodes = [helper.make_node("Identity", [names[1]], [f"g{level}"]), inner]
        outputs = [
            helper.make_tensor_value_info(f"g{level}", kinds[1], ()),
            helper.make_tensor_value_info(f"o{level}", kinds[2], (1, 4)),
        ]
        return helper.make_graph(nodes, f"body{level}", inputs, outputs)

    model = Model((1, 4))
    model.constants = [
        onnx.numpy_helper.from_array(np.int64(rounds), "n"),
        onnx.numpy_helper.from_array(np.array(True), "t"),
    ]
    model.nodes.append(helper.make_node("Loop", ["n", "t", "x0"], ["y"], body=body(0)))
    return content(model, model.node("Relu", ["y"]))


def test_loops_inside_loops() -> None:
    assert len(load_onnx(looping(2, 1)).ops) > 0
    assert "operators with its loops written out" in refused_soon(looping(1000, 4))


@pytest.mark.parametrize("axis", [2, 3])
@pytest.mark.parametrize("kind", ["AveragePool", "MaxPool", "GlobalAveragePool", "Relu"])
def test_an_input_that_would_be_large(kind: str, axis: int) -> None:
    shape = [1, 1, 8, 8]
    shape[axis] = 1 << 62
    model = Model(tuple(shape))
    window = {"kernel_shape": [2, 2], "strides": [2, 2]} if kind.endswith("Pool") else {}
    attrs = {} if kind.startswith("Global") else window
    assert "2^24" in refused_soon(content(model, model.node(kind, ["x0"], **attrs)))


def test_a_window_whose_padding_is_large() -> None:
    model = Model((1, 1, 8, 8))
    attrs = {"kernel_shape": [2, 2], "pads": [0, LARGE**2, 0, 0], "count_include_pad": 0}
    refused_soon(content(model, model.node("AveragePool", ["x0"], **attrs)))


@pytest.mark.parametrize("equation", ["b\0\0\0\0bi", "b>bi", "..", "a->", "->"])
def test_an_equation_that_onnx_does_not_come_back_from(equation: str) -> None:
    """Its inference of shapes runs in a child process, which is ended."""
    model = Model((1, 3))
    refused_soon(content(model, model.node("Einsum", ["x0"], equation=equation)))
