"""Whether a module says what a graph says: read by xDSL and compared value by value."""

from __future__ import annotations

import inspect
import math
import re
from collections.abc import Sequence
from typing import Any

import numpy as np
from quant_type import NO_AXIS, UniformType
from tosa_rules import check_types, short_name
from xdsl.dialects.builtin import DenseIntOrFPElementsAttr
from xdsl.ir import SSAValue
from xdsl_module import Function, Step, element_of, parsed, shape_of

from mcuq.emit.mlir.write import AnyGraph
from mcuq.graph import Graph, Op, Tensor
from mcuq.numeric import TERNARY
from mcuq.numeric.activation import Activation
from mcuq.numeric.element import Element
from mcuq.numeric.tensor import QuantizedTensor
from mcuq.ops.attrs import Padding
from mcuq.ops.binary import ADD, MUL, SUB
from mcuq.ops.cast import CAST
from mcuq.ops.clip import CLIP, ClipAttrs
from mcuq.ops.comparison import EQUAL, GREATER, GREATER_EQUAL, LESS, LESS_EQUAL, NOT_EQUAL
from mcuq.ops.conversion import DEQUANTIZE, QUANTIZE
from mcuq.ops.functions import ABS, ELU, RSQRT
from mcuq.ops.gather_nd import GATHER_ND
from mcuq.ops.gathering import GATHER
from mcuq.ops.l2_normalization import L2_NORMALIZATION, LEAST_LENGTH
from mcuq.ops.log_softmax import LOG_SOFTMAX
from mcuq.ops.logic import LOGICAL_AND, LOGICAL_NOT, LOGICAL_OR, REDUCE_ALL
from mcuq.ops.matmul import BATCH_MATMUL
from mcuq.ops.mean import MEAN, SUM, MeanAttrs
from mcuq.ops.movement import (
    CONCATENATION,
    PAD,
    RESHAPE,
    SQUEEZE,
    TRANSPOSE,
    PadAttrs,
    TransposeAttrs,
)
from mcuq.ops.operator import AnyOperator
from mcuq.ops.padding import MIRROR_PAD, PADV2
from mcuq.ops.pooling import AVERAGE_POOL_2D, MAX_POOL_2D
from mcuq.ops.position import ARG_MAX, ARG_MIN
from mcuq.ops.real_functions import CEIL, LOG, ROUND, SQRT
from mcuq.ops.reduce_min import REDUCE_MIN
from mcuq.ops.repetition import BROADCAST_TO
from mcuq.ops.resize import RESIZE_BILINEAR, RESIZE_NEAREST_NEIGHBOR
from mcuq.ops.selection import SELECT_V2
from mcuq.ops.slicing import STRIDED_SLICE
from mcuq.ops.smooth import (
    ERF,
    GELU,
    GELU_CUBE,
    GELU_SLOPE,
    HARD_SIGMOID,
    MISH,
    SIGN,
    SILU,
    SOFTPLUS,
    GeluAttrs,
)
from mcuq.ops.softmax import SOFTMAX, SoftmaxAttrs
from mcuq.ops.unary import HARD_SWISH, LEAKY_RELU, LOGISTIC, RELU, RELU6, TANH, LeakyReluAttrs
from mcuq.ops.update import DYNAMIC_UPDATE_SLICE, UpdateAttrs
from mcuq.ops.weighted import CONV_2D, DEPTHWISE_CONV_2D, FULLY_CONNECTED, TRANSPOSE_CONV

_VALUES = {bits: ("i" + str(min(bits, 32)), 1 << min(bits, 32) - 1) for bits in (8, 16, 32, 64)}
_FILTERS = {8: ("i8", -127, 127), 4: ("i4", -7, 7), 2: ("i4", -2, 1), TERNARY: ("i4", -1, 1)}
"""Storage type, smallest and largest value of filters by bits."""

_CLIPPED = "const maximum const minimum"
_NUMBERS = "const mul reduce_sum"
_SOFTPLUS = "abs negate exp const add log const maximum add"
_FORMS = {
    CONV_2D: "(slice )?(const )?(conv2d|(slice slice slice conv2d )+concat)( clamp)?",
    DEPTHWISE_CONV_2D: "(slice )?reshape (const )?depthwise_conv2d( clamp)?",
    TRANSPOSE_CONV: "(const )?transpose_conv2d( clamp)?",
    FULLY_CONNECTED: "(reshape )?(const )?fully_connected( clamp)?( reshape)?",
    BATCH_MATMUL: "((const transpose )?(reshape )?(tile )?(reshape )?){2}matmul( reshape)?",
    ADD: "(reshape )?add( clamp)?",
    SUB: "(reshape )?sub( clamp)?",
    MUL: "(reshape )?mul( clamp)?",
    AVERAGE_POOL_2D: "(slice )?avg_pool2d( clamp)?",
    MAX_POOL_2D: "(slice )?max_pool2d( clamp)?",
    MEAN: "(reduce_sum )+const mul( reshape)?",
    SUM: "(reduce_sum )*reduce_sum( reshape)?",
    REDUCE_MIN: "(reduce_min )*reduce_min( reshape)?",
    L2_NORMALIZATION: "mul reduce_sum const maximum rsqrt mul",
    PAD: "const pad",
    PADV2: "const reshape pad",
    MIRROR_PAD: "(slice reverse (slice reverse )?concat ?)+|reshape",
    GATHER: "reshape reshape tile gather reshape",
    GATHER_ND: f"reshape {_NUMBERS} {_CLIPPED} reshape reshape gather reshape",
    BROADCAST_TO: "reshape tile",
    DYNAMIC_UPDATE_SLICE: "(slice (slice )?concat ?)+|reshape|"
    f"reshape {_CLIPPED} const sub const const greater_equal greater_equal logical_and reduce_all "
    f"{_NUMBERS} const add const select reshape reshape concat reshape gather reshape",
    CONCATENATION: "concat",
    RESHAPE: "reshape",
    SQUEEZE: "reshape",
    TRANSPOSE: "const transpose",
    STRIDED_SLICE: "(reverse )*slice( const pad reshape slice reshape)*( reshape)?",
    RESIZE_NEAREST_NEIGHBOR: "resize|const reshape gather reshape",
    RESIZE_BILINEAR: "resize",
    SOFTMAX: "reduce_max sub (const mul )?exp reduce_sum reciprocal mul",
    LOG_SOFTMAX: "reduce_max sub exp reduce_sum log sub",
    LOGISTIC: "sigmoid",
    TANH: "tanh",
    RELU: "clamp",
    RELU6: "clamp",
    LEAKY_RELU: "const minimum const maximum mul add|const minimum const mul maximum add",
    HARD_SWISH: "const add clamp mul const mul",
    ABS: "abs",
    RSQRT: "rsqrt",
    ELU: "const minimum exp const sub maximum add",
    **dict.fromkeys(
        (EQUAL, GREATER, GREATER_EQUAL), "(dcast )*(reshape )?(equal|greater|greater_equal)"
    ),
    **dict.fromkeys(
        (NOT_EQUAL, LESS, LESS_EQUAL),
        "(dcast )*(reshape )?(equal|greater|greater_equal) logical_not",
    ),
    LOGICAL_AND: "(reshape )?logical_and",
    LOGICAL_OR: "(reshape )?logical_or",
    LOGICAL_NOT: "logical_not",
    SELECT_V2: "(reshape )*select",
    REDUCE_ALL: "reduce_all( reduce_all)*( reshape)?",
    ARG_MAX: "(dcast )?argmax",
    CAST: "((dcast )?abs floor const greater sub select )?cast",
    ARG_MIN: "(dcast )?const sub argmax",
    SQRT: "rsqrt reciprocal",
    LOG: "log",
    CEIL: "ceil",
    ROUND: "const mul const add floor const mul sub const sub ceil const maximum "
    "const add floor const minimum add add",
    SIGN: "clamp ceil clamp floor add",
    CLIP: "clamp",
    GELU: "(mul mul const mul add const mul tanh|const mul erf) const mul const add mul",
    ERF: "erf",
    SOFTPLUS: _SOFTPLUS,
    MISH: f"{_SOFTPLUS} tanh mul",
    SILU: "sigmoid mul",
    HARD_SIGMOID: "const add clamp const mul",
    QUANTIZE: "(dcast )?qcast",
    DEQUANTIZE: "dcast",
}
"""Operations of each operator, as docs/mlir.md tells them."""

_CLAMPS = {
    Activation.RELU: (0.0, float(np.finfo(np.float32).max)),
    Activation.RELU6: (0.0, 6.0),
    Activation.RELU_N1_TO_1: (-1.0, 1.0),
}


def assert_says(text: str, graph: AnyGraph) -> None:
    """Raise AssertionError where a module and a graph differ.

    Raises:
        ParseError, VerifyException: the text is no MLIR.
    """
    _Comparison(parsed(text), graph).run()


class _Comparison:
    """Goes through the function; `_names` holds the tensors that its values are."""

    def __init__(self, function: Function, graph: AnyGraph) -> None:
        self._function, self._graph = function, graph
        self._filters = {op.inputs[1] for op in graph.ops if op.kind.weighted}
        self._names: dict[SSAValue, str] = {}
        self._constants: dict[SSAValue, DenseIntOrFPElementsAttr] = {}
        self._makers: dict[SSAValue, Step] = {}

    def run(self) -> None:
        self._ends()
        named = self._visit()
        operators = iter(named)
        for op in self._graph.ops:
            self._operator(op, next(operators))
        assert next(operators, None) is None
        constants = [name for name, tensor in self._graph.tensors.items() if tensor.is_constant]
        given = [*self._graph.inputs, *(state.read for state in self._graph.states)]
        assert sorted(self._names.values()) == sorted(
            [*given, *constants, *(op.output for op in self._graph.ops)]
        )
        returned = self._function.steps[-1]
        assert returned.name == "func.return"
        results = [*self._graph.outputs, *(state.written for state in self._graph.states)]
        assert [self._names[value] for value in returned.operands] == results

    def _ends(self) -> None:
        function, graph = self._function, self._graph
        marks = dict(function.marks)
        assert marks.pop("graph") == graph.name
        assert marks.pop("inputs") == graph.inputs
        assert marks.pop("outputs") == graph.outputs
        layouts = graph.layouts if isinstance(graph, Graph) else {}
        assert dict(marks.pop("layouts", ())) == {k: v.order for k, v in layouts.items()}
        assert marks.pop("states", ()) == tuple(state.name for state in graph.states)
        assert not marks and function.name == "main"
        given = (*graph.inputs, *(state.read for state in graph.states))
        for value, name in zip(function.arguments, given, strict=True):
            self._name(value, name)

    def _visit(self) -> list[list[Step]]:
        """Check operations one by one; the groups of them that are operators."""
        groups: list[list[Step]] = [[]]
        for step in self._function.steps[:-1]:
            assert step.result is not None
            check_types(step, self._constants)
            self._makers[step.result] = step
            if step.name == "tosa.const":
                self._constant(step, step.result)
            if step.name != "tosa.const" or not step.marks:
                groups[-1].append(step)
            if step.marks:
                self._name(step.result, step.marks["tensor"])
            if "kind" in step.marks:
                groups.append([])
        assert not groups.pop()
        return groups

    def _name(self, value: SSAValue, name: str) -> None:
        """The value has the type of the tensor of that name."""
        tensor = self._graph.tensors[name]
        self._names[value] = name
        assert shape_of(value) == tensor.shape
        assert _grid(element_of(value)) == _expected_grid(tensor, name in self._filters)

    def _constant(self, step: Step, result: SSAValue) -> None:
        data = step.properties["value"]
        self._constants[result] = data
        element = element_of(result)
        stored = str(element.storage) if isinstance(element, UniformType) else element
        assert str(data.get_element_type()) == stored
        if step.marks:
            assert set(step.marks) == {"tensor"}
            _check_data(data, self._graph.tensors[step.marks["tensor"]])

    def _operator(self, op: Op, steps: Sequence[Step]) -> None:
        assert steps[-1].marks == {"kind": op.kind.name, "name": op.name, "tensor": op.output}
        names = [short_name(step) for step in steps]
        if names[-1] == "qcast" and op.kind is not QUANTIZE:
            count = names.index(next(name for name in names if name != "dcast"))
            reals = [self._graph.tensors[name].element is Element.REAL for name in op.inputs]
            assert count == sum(reals)
            names = names[count:-1]
        form = _FORMS.get(op.kind) or _by_formula(op.kind)
        assert re.fullmatch(form, " ".join(names)), (op.kind, names)
        assert self._read(steps[-1]) == self._expected_inputs(op)
        self._literals(op, steps)
        for step in steps:
            _check_properties(step, op)

    def _expected_inputs(self, op: Op) -> list[str]:
        """In the operator's order, but what a part is joined to by their places in the result."""
        inputs = list(dict.fromkeys(op.inputs))
        if not isinstance(op.attrs, UpdateAttrs) or op.attrs.start is None:
            return inputs
        whole, part = (self._graph.tensors[name].shape for name in inputs)
        if whole == part:
            return inputs[1:]
        return inputs if any(op.attrs.start) else inputs[::-1]

    def _literals(self, op: Op, steps: Sequence[Step]) -> None:
        """The constants that the graph does not name."""
        found = [self._constants[step.result] for step in steps if step.name == "tosa.const"]
        expected = _expected_literals(op, self._graph.tensors[op.inputs[0]].shape)
        assert not expected or len(found) == len(expected)
        for data, values in zip(found, expected, strict=False):
            exact = np.broadcast_to(np.array(values, np.float32), data.get_shape())
            written = np.array(data.get_values(), np.float64).reshape(data.get_shape())
            assert np.array_equal(written, exact)
            assert np.array_equal(np.signbit(written), np.signbit(exact))  # -0.0 is not 0.0

    def _read(self, last: Step) -> list[str]:
        """The tensors that an operation reads, through those that are none, in order."""
        found: list[str] = []
        for value in last.operands:
            if value in self._names:
                found.append(self._names[value])
            else:
                found.extend(self._read(self._makers[value]))
        return list(dict.fromkeys(found))


class _Recorder:
    """A vocabulary of formulas that writes down what it is asked for, in TOSA's words."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def add(self, a: object, b: object) -> None:
        self.asked.append("add")

    def subtract(self, a: object, b: object) -> None:
        self.asked.append("sub")

    def multiply(self, a: object, b: object) -> None:
        self.asked.append("mul")

    def divide(self, a: object, b: object) -> None:
        self.asked += ["reciprocal", "mul"]

    def minimum(self, a: object, b: object) -> None:
        self.asked.append("minimum")

    def maximum(self, a: object, b: object) -> None:
        self.asked.append("maximum")

    def negative(self, x: object) -> None:
        self.asked.append("negate")

    def exp(self, x: object) -> None:
        self.asked.append("exp")

    def floor(self, x: object) -> None:
        self.asked.append("floor")


def _by_formula(kind: AnyOperator) -> str:
    """The operations of an elementwise operator that docs/mlir.md does not list by name."""
    assert kind.formula is not None, f"no form is expected of {kind}"
    recorder = _Recorder()
    operands = len(inspect.signature(kind.formula).parameters) - 1
    kind.formula(recorder, *(object() for _ in range(operands)))
    return "".join(f"(reshape )*{name} " for name in recorder.asked).strip() + "( clamp)?"


def _grid(element: str | UniformType) -> Any:
    if isinstance(element, str):
        return element
    axis = element.axis.data
    return (
        (str(element.storage), element.low.data, element.high.data),
        [scale.data for scale in element.scales],
        {zero.data for zero in element.zero_points},
        None if axis == NO_AXIS else axis,
    )


def _expected_grid(tensor: Tensor | QuantizedTensor, is_filter: bool) -> Any:
    if tensor.element is not Element.REAL:
        return {Element.INT32: "i32", Element.BOOL: "i1"}[tensor.element]
    if isinstance(tensor, Tensor) or tensor.is_float:
        return "f32"
    storage, limit = _VALUES.get(tensor.bits, ("", 0))
    limits = _FILTERS[tensor.bits] if is_filter else (storage, -limit, limit - 1)
    return limits, tensor.scale.astype(float).tolist(), {tensor.zero_point}, tensor.axis


def _check_data(data: DenseIntOrFPElementsAttr, tensor: Tensor | QuantizedTensor) -> None:
    assert tensor.data is not None and data.get_shape() == tensor.data.shape
    if isinstance(tensor, Tensor) and tensor.element is Element.REAL:
        assert data.data.data == tensor.data.astype("<f4").tobytes()
        return
    values = np.array(data.get_values(), np.int64)
    if str(data.get_element_type()) == "i1":
        values = np.abs(values)  # of a signed bit 1 is -1
    if str(data.get_element_type()) == "i4":
        # The low half of a byte, the upper one zero; mlir-opt prints equal values as one number.
        assert values.min() >= -8 and values.max() <= 15
        values = np.where(values > 7, values - 16, values)
    assert np.array_equal(values.reshape(tensor.data.shape), tensor.data)


_LITERALS = {
    HARD_SWISH: [3, 1 / 6],
    HARD_SIGMOID: [3, 1 / 6],
    ELU: [0, 1],
    ARG_MIN: [0],
    L2_NORMALIZATION: [LEAST_LENGTH**2],
    SOFTPLUS: [1, 0],
    MISH: [1, 0],
    ROUND: [0.5, 0.5, 2, 0.5, 0, 0.5, 0],
}
"""Of operators whose constants do not depend on their attributes."""


def _expected_literals(op: Op, source: tuple[int, ...]) -> list[Any]:
    """Their values in order; nothing where they are positions, which `check_types` follows."""
    match op.attrs:
        case PadAttrs(paddings=paddings):
            return [paddings]
        case TransposeAttrs(perm=perm):
            return [perm]
        case LeakyReluAttrs(alpha=alpha):
            return [0, alpha]
        case SoftmaxAttrs(beta=beta):
            return [] if beta == 1 else [beta]
        case MeanAttrs(axes=axes) if op.kind is MEAN:
            return [1 / math.prod(source[axis] for axis in axes)]
        case GeluAttrs(approximate=approximate):
            return [GELU_CUBE, GELU_SLOPE, 0.5, 1] if approximate else [math.sqrt(0.5), 0.5, 1]
    if op.kind in _LITERALS:
        return _LITERALS[op.kind]
    if op.kind.weighted and len(op.inputs) == 2:
        return [0]
    return []


def _check_properties(step: Step, op: Op) -> None:
    for name, field in (("stride", "stride"), ("dilation", "dilation"), ("kernel", "filter")):
        if name in step.properties:
            assert step.properties[name] == getattr(op.attrs, field)
    if "pad" in step.properties:
        pad = np.array(step.properties["pad"]).reshape(2, 2)
        most = 1 if op.attrs.padding is Padding.SAME else 0
        assert np.isin(pad[:, 1] - pad[:, 0], range(most + 1)).all()
        assert most or not pad.any()
    if "mode" in step.properties:
        assert op.kind.name == f"RESIZE_{step.properties['mode']}"
    if "min_fp" in step.properties and op.kind in (CLIP, SIGN, HARD_SIGMOID):
        assert (step.properties["min_fp"], step.properties["max_fp"]) in _bounds(op)
    elif "min_fp" in step.properties:
        activation = _activation(op)
        assert (step.properties["min_fp"], step.properties["max_fp"]) == _CLAMPS[activation]
        _check_integer_clamp(step, activation)


def _bounds(op: Op) -> list[tuple[float, float]]:
    """What a clamp of the operator may hold values between."""
    if not isinstance(op.attrs, ClipAttrs):
        return {SIGN: [(0.0, 1.0), (-1.0, 0.0)], HARD_SIGMOID: [(0.0, 6.0)]}[op.kind]
    largest = float(np.finfo(np.float32).max)
    return [(max(op.attrs.low, -largest), min(op.attrs.high, largest))]


def _activation(op: Op) -> Activation:
    if op.kind in (RELU6, HARD_SWISH):
        return Activation.RELU6
    return Activation.RELU if op.kind is RELU else op.attrs.activation


def _check_integer_clamp(step: Step, activation: Activation) -> None:
    """The bounds as the type of the result rounds them, to half a step."""
    element = element_of(step.operands[0])
    found = step.properties["min_int"], step.properties["max_int"]
    if isinstance(element, str):
        assert found == (-(1 << 31), (1 << 31) - 1)
        return
    scale, zero = element.scales.data[0].data, element.zero_points.data[0].data
    low, high = element.low.data, element.high.data
    for bound, value in zip(_CLAMPS[activation], found, strict=True):
        exact = min(max(bound / scale + zero, low), high)
        assert abs(value - exact) <= 0.5 or math.isclose(abs(value - exact), 0.5, rel_tol=1e-5)
