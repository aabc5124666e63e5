"""What exporters of TensorFlow and scikit-learn write where PyTorch's write something else."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx_cases import Model, assert_equals_onnxruntime, onnx, onnxruntime
from tflite_files import File, assert_equals_litert, opts

from mcuq.errors import InputError
from mcuq.importers import load_onnx, load_tflite
from mcuq.interpret.float import run_float
from mcuq.numeric.element import Element
from mcuq.ops.gathering import GATHER

helper, numpy_helper, TensorProto = onnx.helper, onnx.numpy_helper, onnx.TensorProto
TABLE = np.random.default_rng(0).normal(size=(9, 4)).astype(np.float32)


def counting_from_the_end(cast_first: bool) -> bytes:
    """tf2onnx's embedding: i × (not i < 0) + (i + rows) × (i < 0), and a lookup."""
    constants = {
        "table": TABLE,
        "rows": np.array(9, np.int64),
        "zero": np.array(0, np.float32 if cast_first else np.int64),
    }
    compared = "real" if cast_first else "i"
    nodes = [
        helper.make_node("Add", ["i", "rows"], ["moved"]),
        *([helper.make_node("Cast", ["i"], ["real"], to=TensorProto.FLOAT)] if cast_first else []),
        helper.make_node("Less", [compared, "zero"], ["below"]),
        helper.make_node("Not", ["below"], ["above"]),
        helper.make_node("Cast", ["above"], ["keep"], to=TensorProto.INT64),
        helper.make_node("Mul", ["i", "keep"], ["kept"]),
        helper.make_node("Cast", ["below"], ["wrap"], to=TensorProto.INT64),
        helper.make_node("Mul", ["wrap", "moved"], ["wrapped"]),
        helper.make_node("Add", ["wrapped", "kept"], ["index"]),
        helper.make_node("Gather", ["table", "index"], ["y"]),
    ]
    graph = helper.make_graph(
        nodes,
        "model",
        [helper.make_tensor_value_info("i", TensorProto.INT64, (1, 5))],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, (1, 5, 4))],
        [numpy_helper.from_array(values, name) for name, values in constants.items()],
    )
    opsets = [helper.make_opsetid("", 17)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=9).SerializeToString()


@pytest.mark.parametrize("cast_first", [False, True])
def test_an_embedding_of_tensorflow_is_one_lookup(cast_first: bool) -> None:
    content = counting_from_the_end(cast_first)
    graph = load_onnx(content)
    assert [op.kind for op in graph.ops] == [GATHER]
    assert graph.tensors["i"].element is Element.INT32
    index = np.array([[0, 8, 3, 3, 1]])
    session = onnxruntime.InferenceSession(content)
    expected = session.run(None, {"i": index})[0]
    np.testing.assert_array_equal(run_float(graph, [index.astype(np.float32)])["y"], expected)


@given(turned=st.booleans(), swapped=st.booleans(), seed=st.integers(0, 99))
@settings(max_examples=12, deadline=None)
def test_a_choice_of_reals_by_products(turned: bool, swapped: bool, seed: int) -> None:
    model = Model((1, 6), (1, 6), seed=seed)
    truth = model.node("Greater", ["x0", "x1"])
    opposite = model.node("Not", [truth])
    parts = []
    for condition, name in ((truth, "x0"), (opposite, "x1")):
        factor = model.node("Cast", [condition], to=TensorProto.FLOAT)
        parts.append(model.node("Mul", [name, factor] if turned else [factor, name]))
    y = model.node("Add", parts[::-1] if swapped else parts)
    assert_equals_onnxruntime(model.content(y))


@given(
    turned=st.lists(st.integers(0, 1), min_size=2, max_size=2),
    alpha=st.sampled_from([1.0, 0.5]),
    beta=st.sampled_from([1.0, 2.0]),
)
@settings(max_examples=12, deadline=None)
def test_the_first_step_of_a_recurrent_layer_of_constants(
    turned: list[int], alpha: float, beta: float
) -> None:
    model = Model((2, 3))
    a = model.weights(*((4, 2) if turned[0] else (2, 4)))
    b = model.weights(*((3, 4) if turned[1] else (4, 3)))
    attrs = {"transA": turned[0], "transB": turned[1], "alpha": alpha, "beta": beta}
    model.inputs[0] = helper.make_tensor_value_info("x0", TensorProto.FLOAT, (1, 2, 3))
    shape = model.constant(np.array([2, 3]))
    y = model.node("Gemm", [a, b, model.node("Reshape", ["x0", shape])], **attrs)
    whole = model.constant(np.array([1, 2, 3]))
    assert_equals_onnxruntime(model.content(model.node("Reshape", [y, whole])))


def test_what_onnx_does_not_define_is_named() -> None:
    model = Model((1, 4))
    y = model.node("Erfc", [model.node("Frobnicate", ["x0"])])
    with pytest.raises(InputError, match="ONNX has no operator Frobnicate, Erfc") as caught:
        load_onnx(model.content(y))
    assert "exporter could not translate" in caught.value.hint


def test_decisions_of_several_labels_are_left_out() -> None:
    nodes = [
        helper.make_node("Sigmoid", ["x"], ["probabilities"]),
        helper.make_node(
            "Binarizer", ["probabilities"], ["truth"], domain="ai.onnx.ml", threshold=0.5
        ),
        helper.make_node("Cast", ["truth"], ["label"], to=TensorProto.INT64),
    ]
    ends = [
        helper.make_tensor_value_info(name, kind, (1, 4))
        for name, kind in (("x", 1), ("label", 7), ("probabilities", 1))
    ]
    graph = helper.make_graph(nodes, "model", ends[:1], ends[1:])
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("ai.onnx.ml", 1)]
    content = helper.make_model(graph, opset_imports=opsets, ir_version=9).SerializeToString()
    assert load_onnx(content).outputs == ("probabilities",)


@pytest.mark.parametrize("chosen", [False, True])
def test_masks_that_a_file_computes_of_constants_are_folded(chosen: bool) -> None:
    """A causal mask of Keras: the lower triangle, and another mask, as truth values."""
    file, size = File(), 4
    x = file.tensor("x", (1, size, size))
    rows = file.constant("rows", np.arange(size)[:, None])
    columns = file.constant("columns", np.arange(size)[None])

    def truth(kind: str, *inputs: int) -> int:
        name = f"{kind.lower()}{len(file.tensors)}"
        return file.op(kind, list(inputs), file.tensor(name, (size, size), "bool"))

    seen = truth("GREATER_EQUAL", rows, columns)
    other = truth("LOGICAL_NOT", truth("EQUAL", rows, columns))
    mask = truth("LOGICAL_OR", truth("LOGICAL_AND", seen, other), truth("EQUAL", rows, columns))
    least = file.constant("least", np.float32(-1e9), "float32")
    y = file.tensor("y", (1, size, size))
    if chosen:
        file.op("SELECT_V2", [mask, x, least], y)
    else:
        added = file.tensor("added", (size, size))
        zero = file.constant("zero", np.float32(0), "float32")
        file.op("SELECT_V2", [mask, zero, least], added)
        file.op("ADD", [x, added], y, opts("Add"))
    z = file.op("SOFTMAX", [y], file.tensor("z", (1, size, size)), opts("Softmax", beta=1.0))
    graph = assert_equals_litert(file.content([x], [z]))
    assert len(graph.ops) == 2


@pytest.mark.slow
def test_a_saved_model_of_recurrent_layers_for_any_batch_says_what_to_do(tmp_path: Any) -> None:
    keras = pytest.importorskip("tensorflow", reason="pip install 'mcuq[tensorflow]'").keras
    from mcuq.importers import load_model

    x = keras.Input((4, 3))
    model = keras.Model(x, keras.layers.SimpleRNN(2)(x))
    model.export(str(tmp_path / "any"), verbose=False)
    with pytest.raises(InputError) as caught:
        load_model(tmp_path / "any")
    assert "batch of 1" in caught.value.hint
    specs = [keras.layers.InputSpec(shape=(1, 4, 3), dtype="float32")]
    model.export(str(tmp_path / "one"), input_signature=specs, verbose=False)
    assert load_model(tmp_path / "one").ops


def test_outputs_that_are_one_tensor_have_names_of_their_own() -> None:
    file = File()
    x = file.tensor("x", (1, 4))
    y = file.op("TANH", [x], file.tensor("y", (1, 4)))
    z = file.op("EXP", [y], file.tensor("z", (1, 4)))
    graph = load_tflite(file.content([x], [y, z, y]))
    assert len(set(graph.outputs)) == 3
    values = np.linspace(-1, 1, 8, dtype=np.float32).reshape(2, 4)
    first, _, again = (run_float(graph, [values])[name] for name in graph.outputs)
    np.testing.assert_array_equal(first, again)


@pytest.mark.slow
def test_outputs_of_keras_are_called_in_their_order(tmp_path: Any) -> None:
    keras = pytest.importorskip("tensorflow", reason="pip install 'mcuq[tensorflow]'").keras
    from mcuq.importers import load_model

    x = keras.Input((4,))
    y = keras.layers.Dense(3)(x)
    keras.Model(x, [y, y, keras.layers.Softmax()(y)]).save(tmp_path / "model.keras")
    graph = load_model(tmp_path / "model.keras")
    assert graph.outputs == ("output_0", "output_1", "output_2")
