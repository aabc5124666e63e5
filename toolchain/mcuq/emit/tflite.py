"""The quantized model as a TFLite flatbuffer that TFLite Micro and LiteRT run."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from mcuq.emit.dense import as_convolution, convolution, is_convolution
from mcuq.errors import UsageError
from mcuq.graph import Op, State
from mcuq.numeric.element import Element
from mcuq.numeric.tensor import QuantizedTensor
from mcuq.quantized import QuantizedGraph, quantized_op
from mcuq.tflite.builder import OperatorSpec, TensorSpec, build_model
from mcuq.tflite.chain import chained
from mcuq.tflite.operators.catalog import FORMS
from mcuq.tflite.template import Template
from mcuq.tflite.variables import Variables


def tflite_bytes(qgraph: QuantizedGraph, packed_int4: bool = True) -> bytes:
    """The flatbuffer: inputs and outputs as in the graph, int4 filters two a byte.

    Args:
        qgraph: the integer model.
        packed_int4: False stores int4 filters in int8 tensors with the int4 scale: the same
            outputs, in interpreters that lack int4 or are slow at it.
    """
    tensors, operators, inputs, outputs = _describe(qgraph, packed_int4)
    once, states = None, _shared_states(qgraph)
    if states:
        index = {tensor.name: number for number, tensor in enumerate(tensors)}
        variables = Variables(states, tensors, index)
        tensors, operators = variables.tensors, variables.between(operators)
        once = variables.once()
    return build_model(tensors, operators, inputs, outputs, name=qgraph.name, once=once)


class TemplateSerializer:
    """`tflite_bytes` without packing for many graphs that differ in numbers only: the same bytes,
    sooner. int4 values are held in int8 tensors, which makes widths a matter of numbers, too."""

    def __init__(self) -> None:
        self._templates: dict[object, Template] = {}

    def __call__(self, qgraph: QuantizedGraph) -> bytes:
        """The flatbuffer."""
        if qgraph.states:
            return tflite_bytes(qgraph, packed_int4=False)
        description = _describe(qgraph, packed_int4=False)
        forms = tuple(
            (t.name, t.shape, t.dtype, t.axis, None if t.scale is None else t.scale.size)
            for t in description[0]
        )
        key = (qgraph.name, forms, *description[2:], repr(qgraph.ops))
        if key not in self._templates:
            self._templates[key] = Template(build_model(*description, name=qgraph.name))
        return self._templates[key].fill(description[0])


Description = tuple[list[TensorSpec], list[OperatorSpec], tuple[int, ...], tuple[int, ...]]
"""What `build_model` takes: tensors, operators, inputs, outputs."""


def _shared_states(qgraph: QuantizedGraph) -> list[State]:
    """The states that no operator keeps itself, in a variable tensor.

    Raises:
        UsageError: one that an operator keeps is used in another way.
    """
    own = {pair for op in qgraph.ops for pair in op.kept}
    found = {(state.read, state.written): state for state in qgraph.states}
    read = [name for op in qgraph.ops for name in op.inputs]
    for pair in own:
        state = found.get(pair)
        zero = qgraph.tensors[pair[0]].zero_point
        if state is None or read.count(pair[0]) != 1 or np.any(state.initial != zero):
            raise UsageError(
                f"{pair[0]!r} is more than the state of one operator, which begins with zeros",
                "a flatbuffer has no form for it",
            )
    return [state for pair, state in found.items() if pair not in own]


def _describe(qgraph: QuantizedGraph, packed_int4: bool) -> Description:
    names = _used_names(qgraph)
    as_int8 = {op.inputs[1] for op in qgraph.ops if op.kind.weighted and _needs_int8(qgraph, op)}
    index = {name: position for position, name in enumerate(names)}
    tensors = [_tensor(qgraph.tensors[name], packed_int4 and name not in as_int8) for name in names]
    for read in (read for op in qgraph.ops for read, _ in op.kept):
        tensors[index[read]] = replace(tensors[index[read]], is_variable=True)
    for place in {index[op.inputs[1]] for op in qgraph.ops if _is_convolution(op, index, tensors)}:
        tensors[place] = as_convolution(tensors[place])
    operators = [spec for op in qgraph.ops for spec in _operators(qgraph, op, index, tensors)]
    ends = (qgraph.inputs, qgraph.outputs)
    inputs, outputs = (tuple(index[name] for name in names) for names in ends)
    return tensors, operators, inputs, outputs


def _is_convolution(op: Op, index: dict[str, int], tensors: list[TensorSpec]) -> bool:
    return op.kind.weighted and is_convolution(op, tensors[index[op.inputs[1]]])


def _needs_int8(qgraph: QuantizedGraph, op: Op) -> bool:
    """Whether no runtime takes an int4 filter here."""
    source = qgraph.tensors[op.inputs[0]]
    return ("float32" if source.is_float else f"int{source.bits}") not in FORMS[op.kind].int4_beside


def _used_names(qgraph: QuantizedGraph) -> list[str]:
    operands = (name for op in qgraph.ops for name in (*op.inputs, op.output))
    kept = (name for state in _shared_states(qgraph) for name in (state.read, state.written))
    return list(dict.fromkeys((*qgraph.inputs, *operands, *qgraph.outputs, *kept)))


def _tensor(tensor: QuantizedTensor, packed_int4: bool) -> TensorSpec:
    if tensor.is_float:
        return TensorSpec(tensor.name, tensor.shape, "float32", tensor.data)
    if tensor.element is not Element.REAL:
        return TensorSpec(tensor.name, tensor.shape, tensor.element, tensor.data)
    # What is narrower than int4 has no type of its own here: int4 holds the same values.
    bits = max(tensor.bits, 4 if packed_int4 else 8)
    return TensorSpec(
        tensor.name,
        tensor.shape,
        f"int{bits}",
        tensor.data,
        tensor.scale,
        np.full(tensor.scale.shape, tensor.zero_point, np.int64),
        tensor.axis,
    )


def _operators(
    qgraph: QuantizedGraph, op: Op, index: dict[str, int], tensors: list[TensorSpec]
) -> list[OperatorSpec]:
    """What stands for an operator; tensors that only the file needs are appended to `tensors`."""
    form = FORMS[op.kind]
    inputs = [index[name] for name in op.inputs]
    if form.stored_links is not None:
        links = form.stored_links(quantized_op(qgraph, op))
        return chained(links, inputs, index[op.output], tensors)
    if (form.needs_bias or _is_convolution(op, index, tensors)) and len(inputs) == 2:
        inputs.append(len(tensors))
        channels = tensors[index[op.output]].shape[-1]
        source, weight = (tensors[i] for i in inputs[:2])
        tensors.append(_zero_bias(f"{op.output}#bias", channels, source, weight))
    if _is_convolution(op, index, tensors):
        return convolution(op, inputs, index[op.output], tensors)
    constants = []
    for number, values in enumerate(form.operands(op.attrs)):
        constants.append(len(tensors))
        tensors.append(TensorSpec(f"{op.output}#operand{number}", values.shape, "int32", values))
    stored = form.rule.stored(inputs, constants)
    first = len(tensors)
    tensors += _inner(op, [tensors[index[name]] for name in op.inputs])
    return [
        OperatorSpec(
            op.kind.name,
            stored,
            (index[op.output],),
            form.options(op.attrs),
            intermediates=tuple(range(first, len(tensors))),
        )
    ]


def _inner(op: Op, operands: list[TensorSpec]) -> list[TensorSpec]:
    """Empty tensors of the form that LiteRT keeps the operator's parts in."""
    found = []
    for place, number in enumerate(FORMS[op.kind].inner):
        name = f"{op.output}#inner{place}"
        if number is None:
            found.append(TensorSpec(name, (0,), "float32"))
        else:
            like = replace(operands[number], name=name, shape=(0,), data=None, is_variable=False)
            found.append(like)
    return found


def _zero_bias(name: str, channels: int, source: TensorSpec, weight: TensorSpec) -> TensorSpec:
    if source.scale is None:
        return TensorSpec(name, (channels,), "float32", np.zeros(channels, np.float32))
    assert weight.scale is not None  # int8 tensors have them
    scale = source.scale * weight.scale
    dtype = "int64" if source.dtype == "int16" else "int32"
    zeros = np.zeros(channels, dtype)
    return TensorSpec(name, (channels,), dtype, zeros, scale, axis=0 if scale.size > 1 else None)
