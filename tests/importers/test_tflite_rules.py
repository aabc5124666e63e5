"""What is not supported is named with its place, its reason and what to do."""

from __future__ import annotations

import copy
from typing import Any

import flatbuffers
import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema
from tflite_files import opts

from mcuq.errors import InputError
from mcuq.importers import load_tflite
from mcuq.importers.buildable import check_buildable
from mcuq.tflite.builder import OperatorSpec, TensorSpec, build_model


def _load(
    tensors: list[TensorSpec], operators: list[OperatorSpec], inputs: tuple[int, ...] = (0,)
) -> Any:
    return load_tflite(build_model(tensors, operators, inputs, [operators[-1].outputs[0]]))


def _fails(
    match: str,
    kind: str,
    operands: list[TensorSpec],
    output: tuple[int, ...],
    options: Any = None,
    hint: str = "",
) -> None:
    tensors = [*operands, TensorSpec("result", output, "float32")]
    spec = OperatorSpec(kind, tuple(range(len(operands))), (len(operands),), options)
    with pytest.raises(InputError, match=match) as caught:
        _load(tensors, [spec])
    assert "operator 0 " + kind in caught.value.cause
    assert "'result'" in caught.value.cause
    assert hint in caught.value.hint
    assert caught.value.hint


X = TensorSpec("x", (1, 4, 4, 2), "float32")


def _constant(name: str, values: Any, dtype: str = "int32") -> TensorSpec:
    array = np.asarray(values, dtype)
    return TensorSpec(name, array.shape, dtype, array)


FILTER = _constant("w", np.ones((3, 1, 1, 2)), "float32")
CONV = {"strideH": 1, "strideW": 1}


def test_unknown_operator() -> None:
    _fails("REAL is not supported", "REAL", [X], (1, 4, 4, 2), hint="Replace the layer")
    _fails("nearest: UNIDIRECTIONAL_SEQUENCE_LSTM", "LSTM", [X], (1, 4, 4, 2))


def test_all_unknown_operators_are_named_at_once() -> None:
    tensors = [X, *(TensorSpec(name, X.shape, "float32") for name in ("a", "b", "c"))]
    kinds = ["REAL", "IMAG", "REAL"]
    operators = [OperatorSpec(kind, (i,), (i + 1,)) for i, kind in enumerate(kinds)]
    with pytest.raises(InputError, match=r"operator 0 REAL \(output 'a'\).*; nor are IMAG"):
        _load(tensors, operators)


def test_filter_computed_at_run_time() -> None:
    filters = TensorSpec("w", (1, 1, 1, 2), "float32")
    tensors = [X, filters, TensorSpec("result", (1, 4, 4, 1), "float32")]
    operator = OperatorSpec("CONV_2D", (0, 1), (2,), opts("Conv2D", **CONV))
    with pytest.raises(InputError, match="The filter is a constant of the model"):
        _load(tensors, [operator], inputs=(0, 1))


@pytest.mark.parametrize(
    "options, match",
    [
        ({"strideH": 0, "strideW": 1}, r"at least 1 \(found 0\)"),
        ({**CONV, "dilationWFactor": -2}, r"at least 1 \(found -2\)"),
        ({**CONV, "padding": 7}, "SAME or VALID"),
        ({**CONV, "fusedActivationFunction": 4}, r"fused activation .* \(it is TANH\)"),
    ],
)
def test_convolution_options(options: dict[str, int], match: str) -> None:
    _fails(match, "CONV_2D", [X, FILTER], (1, 4, 4, 3), opts("Conv2D", **options))


def test_convolution_withoutoptions() -> None:
    _fails("at least 1", "CONV_2D", [X, FILTER], (1, 4, 4, 3))


def test_options_of_another_operator() -> None:
    _fails("options are those", "CONV_2D", [X, FILTER], (1, 4, 4, 3), opts("Softmax", beta=1.0))


def test_convolution_shapes() -> None:
    odd = _constant("w", np.ones((3, 1, 1, 5)), "float32")
    _fails("does not divide 2", "CONV_2D", [X, odd], (1, 4, 4, 3), opts("Conv2D", **CONV))
    large = _constant("w", np.ones((3, 5, 5, 2)), "float32")
    valid = opts("Conv2D", padding=1, **CONV)
    _fails("window of 5 does not fit in 4", "CONV_2D", [X, large], (1, 1, 1, 3), valid)
    bias = _constant("b", np.ones(4), "float32")
    _fails("bias of shape", "CONV_2D", [X, FILTER, bias], (1, 4, 4, 3), opts("Conv2D", **CONV))


def test_stated_shape_that_contradicts_the_operands() -> None:
    _fails("the file says", "CONV_2D", [X, FILTER], (1, 4, 9, 3), opts("Conv2D", **CONV))


def test_depth_multiplier() -> None:
    filters = _constant("w", np.ones((1, 3, 3, 4)), "float32")
    options = opts("DepthwiseConv2D", depthMultiplier=3, **CONV)
    _fails("depth multiplier", "DEPTHWISE_CONV_2D", [X, filters], (1, 4, 4, 4), options)


def test_fully_connected() -> None:
    filters = _constant("w", np.ones((3, 5)), "float32")
    _fails("not a multiple", "FULLY_CONNECTED", [X, filters], (1, 3))
    shuffled = opts("FullyConnected", weightsFormat=1)
    fitting = _constant("w", np.ones((3, 32)), "float32")
    _fails("default format", "FULLY_CONNECTED", [X, fitting], (1, 3), shuffled)


def test_shape_operators_on_activations() -> None:
    _fails("work on constants", "REDUCE_PROD", [X, _constant("axes", [1])], (1, 4, 2))


def test_integer_arithmetic() -> None:
    whole = TensorSpec("n", (1, 4), "int32")
    tensors = [X, whole, TensorSpec("result", (1, 4), "int32")]
    with pytest.raises(InputError, match="no layer computes with them") as caught:
        check_buildable(_load(tensors, [OperatorSpec("ADD", (1, 1), (2,))], inputs=(1,)))
    assert "ADD 'result'" in caught.value.cause


def test_shapes_computed_at_run_time() -> None:
    tensors = [X, TensorSpec("result", (1, 2), "float32")]
    with pytest.raises(InputError, match="integer constants of the model"):
        _load(tensors, [OperatorSpec("MEAN", (0, 0), (1,))])


def test_ranges_of_axes_and_counts() -> None:
    _fails("dimensions of its input", "MEAN", [X, _constant("a", [4])], (1, 4, 4, 2))
    _fails("one pair", "PAD", [X, _constant("p", [[0, 0]])], (1, 4, 4, 2))
    negative = _constant("p", [[0, 0], [-1, 0], [0, 0], [0, 0]])
    _fails("one is negative", "PAD", [X, negative], (1, 3, 4, 2))
    _fails("every dimension", "TRANSPOSE", [X, _constant("p", [0, 1, 1, 2])], (1, 4, 4, 2))
    _fails("each at least 1", "RESIZE_NEAREST_NEIGHBOR", [X, _constant("s", [0, 2])], (1, 1, 2, 2))
    _fails("cannot become", "RESHAPE", [X, _constant("s", [1, 33])], (1, 33))
    options = opts("Squeeze", squeezeDims=[1])
    _fails("dimensions of size 1", "SQUEEZE", [X], (1, 4, 2), options)
    options = opts("Concatenation", axis=4)
    _fails("axis 4 of 4", "CONCATENATION", [X], (1, 4, 4, 4), options)


def test_slices() -> None:
    def bounds(begin: list[int], end: list[int], strides: list[int]) -> list[TensorSpec]:
        values = {"b": begin, "e": end, "s": strides}
        return [X, *(_constant(name, value) for name, value in values.items())]

    plain = bounds([0, 0, 0, 0], [1, 2, 4, 2], [1, 1, 1, 1])
    options = opts("StridedSlice", newAxisMask=1)
    _fails("new-axis mask", "STRIDED_SLICE", plain, (1, 2, 4, 2), options)
    still = bounds([0, 0, 0, 0], [1, 2, 4, 2], [1, 0, 1, 1])
    _fails("not zero", "STRIDED_SLICE", still, (1, 2, 4, 2))
    uneven = bounds([0, 0, 0], [1, 2, 4, 2], [1, 1, 1, 1])
    _fails("one entry a dimension", "STRIDED_SLICE", uneven, (1, 2, 4, 2))
    empty = bounds([0, 3, 0, 0], [1, 2, 4, 2], [1, 1, 1, 1])
    _fails("is empty", "STRIDED_SLICE", empty, (1, 2, 4, 2))
    outside = bounds([0, 4, 0, 0], [1, 5, 4, 2], [1, 1, 1, 1])
    options = opts("StridedSlice", shrinkAxisMask=2)
    _fails("index 4 of dimension 1", "STRIDED_SLICE", outside, (1, 4, 2), options)


def test_softmax_beta() -> None:
    _fails("positive and finite", "SOFTMAX", [X], (1, 4, 4, 2), opts("Softmax", beta=0.0))


def test_missing_operands() -> None:
    _fails("it needs 2", "ADD", [X], (1, 4, 4, 2))


@pytest.mark.parametrize(
    "shape, match",
    [((2, 1, 1, 1, 1, 4), "a batch of 1"), ((), "static"), ((1, 0), "static")],
)
def test_input_shapes(shape: tuple[int, ...], match: str) -> None:
    tensors = [TensorSpec("x", shape, "float32"), TensorSpec("y", shape, "float32")]
    with pytest.raises(InputError, match=f"input 'x': .*{match}"):
        _load(tensors, [OperatorSpec("RELU", (0,), (1,))])


def _edited(content: bytes, edit: Any) -> bytes:
    """The flatbuffer after `edit` has changed its object form."""
    model = schema.ModelT.InitFromPackedBuf(content, 0)
    edit(model)
    builder = flatbuffers.Builder(1024)
    builder.Finish(model.Pack(builder), file_identifier=b"TFL3")
    return bytes(builder.Output())


def _relu() -> bytes:
    tensors = [TensorSpec("x", (1, 4), "float32"), TensorSpec("y", (1, 4), "float32")]
    return build_model(tensors, [OperatorSpec("RELU", (0,), (1,))], [0], [1])


def test_dynamic_dimension_is_refused_and_dynamic_batch_taken_as_one() -> None:
    def shaped(shape: tuple[int, ...], signature: tuple[int, ...]) -> Any:
        def edit(model: Any) -> None:
            for tensor in model.subgraphs[0].tensors:
                tensor.shape, tensor.shapeSignature = list(shape), list(signature)

        return edit

    assert load_tflite(_edited(_relu(), shaped((1, 4), (-1, 4)))).tensors["y"].shape == (1, 4)
    with pytest.raises(InputError, match="Input shapes are static") as caught:
        load_tflite(_edited(_relu(), shaped((1, 1), (-1, -1))))
    assert "Input(shape=...)" in caught.value.hint
    for stale in ((1, 9), (-1, -1), (-1,), (3, 3, 3)):
        assert load_tflite(_edited(_relu(), shaped((1, 4), stale))).tensors["y"].shape == (1, 4)


def test_custom_operator_is_named() -> None:
    def edit(model: Any) -> None:
        model.operatorCodes[0].builtinCode = schema.BuiltinOperator.CUSTOM
        model.operatorCodes[0].deprecatedBuiltinCode = schema.BuiltinOperator.CUSTOM
        model.operatorCodes[0].customCode = "MyLayer"

    with pytest.raises(InputError, match="MyLayer is not supported"):
        load_tflite(_edited(_relu(), edit))


def test_order_indices_and_outputs() -> None:
    def reads_itself(model: Any) -> None:
        model.subgraphs[0].operators[0].inputs = [1]

    def index_outside(model: Any) -> None:
        model.subgraphs[0].operators[0].inputs = [9]

    def writes_its_input(model: Any) -> None:
        model.subgraphs[0].operators[0].outputs = [0]

    def output_not_computed(model: Any) -> None:
        model.subgraphs[0].tensors.append(copy.copy(model.subgraphs[0].tensors[1]))
        model.subgraphs[0].outputs = [2]

    def buffer_outside(model: Any) -> None:
        model.subgraphs[0].tensors[1].buffer = 77

    def old_schema(model: Any) -> None:
        model.version = 2

    def variable(model: Any) -> None:
        model.subgraphs[0].tensors[0].isVariable = True

    for edit, match in (
        (reads_itself, "before it has a value"),
        (index_outside, "refer to tensor 9 of 2"),
        (writes_its_input, "already has a value"),
        (output_not_computed, "computed by no operator"),
        (buffer_outside, "buffer 77 of 1"),
        (old_schema, "schema version 2"),
        (variable, "is a variable"),
    ):
        with pytest.raises(InputError, match=match):
            load_tflite(_edited(_relu(), edit))


def test_gathers() -> None:
    outside = _constant("i", [4])
    _fails("index 4 of 4", "GATHER", [X, outside], (1, 1, 4, 2), opts("Gather", axis=1))
    _fails("axis 4 of 4", "GATHER", [X, outside], (1, 1, 4, 2), opts("Gather", axis=4))
    nd = _constant("i", [[0, 4]])
    _fails("index 4 of 4", "GATHER_ND", [X, nd], (1, 4, 2), opts("GatherNd"))
    wide = TensorSpec("x", (1, 1 << 21, 2), "float32")
    options = opts("Gather", axis=2, batchDims=1)
    indices = _constant("i", [[1, 0, 1]])
    with pytest.raises(InputError, match="at most a million indices"):
        _load(
            [wide, indices, TensorSpec("result", (1, 1 << 21, 3), "float32")],
            [OperatorSpec("GATHER", (0, 1), (2,), options)],
        )


def test_paddings_that_mirror_or_hold_a_value() -> None:
    pads = _constant("p", [[0, 0], [4, 0], [0, 0], [0, 0]])
    _fails("no wider", "MIRROR_PAD", [X, pads], (1, 8, 4, 2), opts("MirrorPad"))
    values = TensorSpec("v", (2,), "float32", np.ones(2, np.float32))
    _fails("one constant value", "PADV2", [X, pads, values], (1, 8, 4, 2), opts("PadV2"))
