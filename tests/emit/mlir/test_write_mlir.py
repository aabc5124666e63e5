"""What is written says what the graph says, to xDSL and to mlir-opt."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kinds_of_tests import FLOAT, MLIR
from mlir_graphs import MLIR_OPT, joined, mlir_opt, needs_mlir_opt, quantized
from module_says import assert_says
from number_formats import Form, forms, models
from number_formats import quantized as modelled
from operator_cases import cases, least_case, random_reals
from stateful_models import StatefulModel, stateful_models

from mcuq.calibrate import calibrate
from mcuq.emit.mlir import write_mlir
from mcuq.errors import InputError, UsageError
from mcuq.graph import Graph, Layout, Op, Tensor
from mcuq.importers import load_model
from mcuq.numeric import TERNARY, WIDTHS
from mcuq.numeric.activation import Activation
from mcuq.ops.conversion import QUANTIZE
from mcuq.ops.interpolation import ResizeAttrs
from mcuq.ops.operator import AnyOperator
from mcuq.ops.real_functions import COS, SIN
from mcuq.ops.resize import RESIZE_BILINEAR, RESIZE_NEAREST_NEIGHBOR
from mcuq.ops.weighted import CONV_2D
from mcuq.ops.weighted_params import ConvAttrs
from mcuq.quantize import Config, quantize, with_float_io
from mcuq.quantized import QuantizedGraph

BETWEEN_INTEGERS = {
    form for form in forms() if form.operator is QUANTIZE and "float" not in form.activations
}
_WRITTEN = [form for form in forms((8, 4, 2, TERNARY)) if form.operator in MLIR.operators]
FORMS = [form for form in _WRITTEN if form not in BETWEEN_INTEGERS]


@pytest.mark.parametrize("kind", [kind for kind in FLOAT.operators if kind in MLIR.operators])
@given(data=st.data())
@settings(max_examples=20)
def test_every_operator_is_said(kind: AnyOperator, data: st.DataObject) -> None:
    graph = data.draw(cases(kind)).graph
    assert_says(write_mlir(graph), graph)


@pytest.mark.parametrize("kind", MLIR.operators)
@given(data=st.data())
@settings(max_examples=24)
def test_every_quantized_operator_is_said(kind: AnyOperator, data: st.DataObject) -> None:
    form = data.draw(st.sampled_from([form for form in FORMS if form.operator is kind]))
    qgraph = data.draw(models(form)).qgraph
    assert_says(write_mlir(qgraph), qgraph)


@pytest.mark.parametrize("kind", [SIN, COS], ids=str)
def test_what_tosa_lacks_is_named(kind: AnyOperator) -> None:
    with pytest.raises(UsageError, match=f"{kind.name} has no TOSA form") as caught:
        write_mlir(least_case(kind).graph)
    assert "LLVM 19" in caught.value.hint


@given(model=stateful_models())
@settings(max_examples=20)
def test_states_are_arguments_and_results(model: StatefulModel) -> None:
    for graph in (model.graph, model.quantized()):
        assert_says(write_mlir(graph), graph)


@pytest.mark.parametrize("form", sorted(BETWEEN_INTEGERS), ids=lambda form: form.name)
def test_a_conversion_between_integers_is_said(form: Form) -> None:
    qgraph = modelled(least_case(QUANTIZE), form)
    assert_says(write_mlir(qgraph), qgraph)


@needs_mlir_opt
@pytest.mark.parametrize("kind", FLOAT.operators)
@given(data=st.data())
@settings(max_examples=3)
def test_mlir_opt_accepts_every_operator(kind: AnyOperator, data: st.DataObject) -> None:
    graph = data.draw(cases(kind)).graph
    for each in (graph, *(quantized(graph, bits) for bits in WIDTHS)):
        assert_says(mlir_opt(write_mlir(each)), each)


@given(joined())
@settings(max_examples=50)
def test_several_operators_with_odd_names_are_said(graph: Graph) -> None:
    assert_says(write_mlir(graph), graph)


def _conv() -> Graph:
    weight = np.array([[1.0, -0.6], [7.0, -3.0]], np.float32).reshape(2, 1, 1, 2)
    tensors = {
        "x": Tensor("x", (1, 2, 2, 2)),
        "w": Tensor("w", weight.shape, weight),
        "y": Tensor("y", (1, 2, 2, 2)),
    }
    op = Op(CONV_2D, "conv", ("x", "w"), ("y",), ConvAttrs())
    return Graph("main", tensors, (op,), ("x",), ("y",))


def test_equal_graphs_give_equal_text() -> None:
    assert write_mlir(_conv()) == write_mlir(_conv())


def test_the_types_carry_bits_scales_and_zero_points() -> None:
    qgraph = quantized(_conv(), 4)
    text = write_mlir(qgraph)
    source, weight = qgraph.tensors["x"], qgraph.tensors["w"]
    scales = ", ".join(repr(float(scale)) for scale in weight.scale)
    assert f"tensor<2x1x1x2x!quant.uniform<i4<-7:7>:f32:0, {{{scales}}}>>" in text
    scale = repr(float(source.scale[0]))
    assert f"!quant.uniform<i8<-128:127>:f32, {scale}:{source.zero_point}>" in text
    assert 'dense<"0x070C070D"> : tensor<2x1x1x2xi4>' in text


def _wide() -> QuantizedGraph:
    """With int16 activations, and so a bias of 64 bits."""
    graph = _conv()
    bias = np.array([0.5, -3.0], np.float32)
    op = replace(graph.ops[0], inputs=("x", "w", "b"), attrs=ConvAttrs(activation=Activation.RELU6))
    tensors = {**graph.tensors, "b": Tensor("b", (2,), bias)}
    biased = replace(graph, tensors=tensors, ops=(op,))
    config = Config(activation_bits=16)
    return quantize(biased, calibrate(biased, random_reals(biased, 0)), config)


def test_int16_activations_are_said() -> None:
    qgraph = _wide()
    assert (qgraph.tensors["x"].bits, qgraph.tensors["b"].bits) == (16, 64)
    text = write_mlir(qgraph)
    assert_says(text, qgraph)
    if MLIR_OPT:
        assert_says(mlir_opt(text), qgraph)


def test_a_bias_of_more_than_32_bits_is_refused() -> None:
    qgraph = _wide()
    large = replace(qgraph.tensors["b"], data=np.array([1 << 31, 0], np.int64))
    with pytest.raises(InputError, match="bias 'b' needs more than the 32 bits"):
        write_mlir(replace(qgraph, tensors={**qgraph.tensors, "b": large}))


def test_float_edges_are_said() -> None:
    qgraph = with_float_io(quantized(_conv(), 4))
    text = write_mlir(qgraph)
    assert '"quant.qcast"(%arg0)' in text
    assert_says(text, qgraph)


@pytest.mark.parametrize("kind", [RESIZE_NEAREST_NEIGHBOR, RESIZE_BILINEAR])
def test_a_row_that_is_stretched_from_corner_to_corner_has_a_step(kind: AnyOperator) -> None:
    attrs = ResizeAttrs((3, 4), align_corners=True)
    tensors = {"x": Tensor("x", (1, 1, 2, 1)), "y": Tensor("y", (1, 3, 4, 1))}
    graph = Graph("main", tensors, (Op(kind, "y", ("x",), ("y",), attrs),), ("x",), ("y",))
    assert_says(write_mlir(graph), graph)


def test_the_layout_of_the_file_is_said() -> None:
    layout = Layout((1, 2, 2, 2), (0, 2, 3, 1))
    graph = replace(_conv(), layouts={"x": layout})
    text = write_mlir(graph)
    assert 'mcuq.layouts = [["x", array<i64: 0, 2, 3, 1>]]' in text
    assert_says(text, graph)


def test_an_extreme_scale_is_written_as_mlir_wants_it() -> None:
    graph = _conv()
    tiny = (graph.tensors["w"].data * np.float32(1e-30)).astype(np.float32)
    tensors = {**graph.tensors, "w": Tensor("w", tiny.shape, tiny)}
    qgraph = quantized(Graph("main", tensors, graph.ops, ("x",), ("y",)), 8)
    assert_says(write_mlir(qgraph), qgraph)


@pytest.mark.parametrize("model", ["resnet8", "kws"])
def test_whole_models_are_said(mlperf_tiny: Path, model: str) -> None:
    graph = load_model(mlperf_tiny / f"{model}_float32.tflite")
    text = write_mlir(graph)
    assert_says(text, graph)
    if MLIR_OPT:
        assert_says(mlir_opt(text), graph)
