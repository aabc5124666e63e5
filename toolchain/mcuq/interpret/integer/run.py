"""Run a quantized graph on the host, over many samples at once, in the firmware's arithmetic."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from mcuq.errors import InputError, UsageError
from mcuq.graph import Op, State
from mcuq.interpret.samples import SampleArray
from mcuq.numeric.storage import as_reals, as_stored
from mcuq.numeric.tensor import QuantizedTensor
from mcuq.ops.operator import NoForm
from mcuq.quantized import QuantizedGraph, integer_form, quantized_op

Values = npt.NDArray[Any]
"""int8, or what the tensor's `dtype` says."""
_BLOCK = 1 << 20
"""Values of the largest activation at a time: operators hold several times that in wider types."""


def run_integer(
    qgraph: QuantizedGraph,
    inputs: Sequence[Values],
    keep: Collection[str] | None = None,
    feed: Mapping[str, Values] | None = None,
) -> dict[str, Values]:
    """Outputs of a quantized graph, byte for byte those of TFLite Micro and of the firmware.

    Args:
        qgraph: the integer model.
        inputs: one int8 array an input, (N, …) with the tensor's shape behind the batch dimension;
            of a model that keeps states (N, T, …), a sample being a sequence of steps that begins
            with the states' initial values.
        keep: names of the activations to return; None returns the graph's outputs.
        feed: activations known already, in the same form: operators that only they need are not
            run. The inputs may be left out (an empty sequence) where `feed` makes them needless.

    Returns:
        int8 arrays (N, …) by name, of sequences (N, T, …). A tensor whose leading dimension is not
        1 keeps it: (N, *shape).

    Raises:
        InputError: an input is missing or has the wrong type or shape.
    """
    wanted = tuple(qgraph.outputs if keep is None else keep)
    known = dict(zip(qgraph.inputs, inputs, strict=False)) | dict(feed or {})
    values = {name: _with_batch(qgraph, name, array) for name, array in known.items()}
    needed = _needed_ops(qgraph, wanted, values)
    found: dict[str, Values] = {}
    samples = max(map(len, values.values()), default=0)
    run = _run_sequences if qgraph.states else _run_block
    for part in _parts(qgraph, samples):
        block = run(qgraph, needed, wanted, {n: x[part] for n, x in values.items()})
        for name, array in block.items():
            if name not in found:
                found[name] = np.empty((samples, *array.shape[1:]), array.dtype)
            found[name][part] = array
    return {name: _without_batch(qgraph, name, found[name]) for name in wanted}


def _parts(qgraph: QuantizedGraph, samples: int) -> list[slice]:
    largest = max(t.size for t in qgraph.tensors.values() if not t.is_constant)
    step = max(1, _BLOCK // largest)
    return [slice(start, start + step) for start in range(0, max(samples, 1), step)]


def _run_sequences(
    qgraph: QuantizedGraph, needed: Sequence[Op], wanted: Sequence[str], values: dict[str, Values]
) -> dict[str, Values]:
    """As `_run_block` on arrays (n, T, *shape), step after step."""
    sequences, steps = next(iter(values.values())).shape[:2]
    states = _needed_states(qgraph, {*wanted, *(n for op in needed for n in op.inputs)}, values)
    kept = {state.read: state.first(sequences) for state in states}
    names = list(dict.fromkeys((*wanted, *(state.written for state in states))))
    names = [name for name in names if name not in kept]
    found: dict[str, list[Values]] = {name: [] for name in wanted}
    for step in range(steps):
        given = {name: array[:, step] for name, array in values.items()}
        results = kept | _run_block(qgraph, needed, names, given | kept)
        for name, array in found.items():
            array.append(results[name])
        kept = {state.read: results[state.written] for state in states}
    return {name: np.stack(array, axis=1) for name, array in found.items()}


def _run_block(
    qgraph: QuantizedGraph, needed: Sequence[Op], wanted: Sequence[str], values: dict[str, Values]
) -> dict[str, Values]:
    last_use = {name: number for number, op in enumerate(needed) for name in op.inputs}
    samples = max(map(len, values.values()), default=1)
    for number, op in enumerate(needed):
        operands = [_operand(qgraph, op, name, values) for name in _operand_names(op)]
        for name, result in zip(op.outputs, _results(qgraph, op, operands), strict=True):
            values[name] = _for_all(result, samples)
        for name in op.inputs:
            if last_use[name] == number and name not in wanted:
                values.pop(name, None)
    return {name: values[name] for name in wanted}


def _for_all(values: Values, samples: int) -> Values:
    """Values (samples, …); what depends on no input is there once, and repeated for each."""
    return values if len(values) == samples else np.repeat(values, samples, axis=0)


def _results(qgraph: QuantizedGraph, op: Op, operands: list[Values]) -> tuple[Values, ...]:
    """Of one operator, the new values of the states that it keeps included."""
    if not op.kind.kept:
        return (apply_operator(qgraph, op, operands),)
    return integer_form(qgraph, op).results(quantized_op(qgraph, op), operands)


def apply_operator(qgraph: QuantizedGraph, op: Op, operands: list[Values]) -> Values:
    """Output of one operator, (N, *shape), from its activations and constant operands.

    Operands are (N, *shape) with the graph's shape, constants (1, *shape); weighted operators
    take their filter and bias from the graph.
    """
    bound = quantized_op(qgraph, op)
    if not bound.output.is_float:
        return integer_form(qgraph, op)(bound, operands)
    form = op.kind.dynamic
    if isinstance(form, NoForm):
        raise UsageError(f"{op.kind} '{op.name}' takes no float activations", form.reason)
    return form(bound, operands)


def quantize_inputs(qgraph: QuantizedGraph, inputs: Sequence[SampleArray]) -> list[Values]:
    """Real inputs (N, …) as the values that the device is given; float edges take reals."""
    tensors = [qgraph.tensors[name] for name in qgraph.inputs]
    return [quantize_samples(x, tensor) for x, tensor in zip(inputs, tensors, strict=True)]


def quantize_samples(x: SampleArray, tensor: QuantizedTensor) -> Values:
    """Reals (samples, …) as `tensor` stores them, a block at a time; reals where it holds those."""
    stored = np.empty(x.shape, tensor.dtype)
    step = max(1, _BLOCK // max(1, tensor.size))
    for start in range(0, len(x), step):
        part = slice(start, start + step)
        stored[part] = as_stored(x[part], tensor)
    return stored


def dequantize_outputs(
    qgraph: QuantizedGraph, outputs: Mapping[str, Values]
) -> dict[str, npt.NDArray[np.float32]]:
    """Stored activations by name as float32 reals."""
    return {name: as_reals(x, qgraph.tensors[name]) for name, x in outputs.items()}


def _needed_ops(
    qgraph: QuantizedGraph, wanted: Collection[str], known: Collection[str]
) -> list[Op]:
    """In order; those, too, that give the states which they read."""
    wanted = set(wanted)
    while True:
        needed, missing = _ops_before(qgraph, wanted, known)
        written = {state.written for state in qgraph.states if state.read in missing}
        if written <= wanted:
            break
        wanted |= written
    missing -= {state.read for state in qgraph.states}
    if missing:
        raise InputError(
            f"no values for {', '.join(sorted(missing))}",
            "give one array for every input of the model",
        )
    return needed


def _needed_states(qgraph: QuantizedGraph, read: set[str], known: Collection[str]) -> list[State]:
    """Those that are read and not known, and those that they take their values from."""
    while True:
        found = [s for s in qgraph.states if s.read in read and s.read not in known]
        written = {state.written for state in found}
        if written <= read:
            return found
        read = read | written


def _ops_before(
    qgraph: QuantizedGraph, wanted: Collection[str], known: Collection[str]
) -> tuple[list[Op], set[str]]:
    """Operators that `wanted` needs, in order, and the activations that none of them computes."""
    missing = {name for name in wanted if name not in known}
    needed: list[Op] = []
    for op in reversed(qgraph.ops):
        if not missing.isdisjoint(op.outputs):
            needed.append(op)
            missing.difference_update(op.outputs)
            operands = (n for n in op.inputs if not qgraph.tensors[n].is_constant)
            missing.update(name for name in operands if name not in known)
    return needed[::-1], missing


def _operand_names(op: Op) -> tuple[str, ...]:
    """Activations and constant operands; filters and biases are read from the graph."""
    return op.inputs[:1] if op.kind.weighted else op.inputs


def _operand(qgraph: QuantizedGraph, op: Op, name: str, values: Mapping[str, Values]) -> Values:
    data = qgraph.tensors[name].data
    return values[name] if data is None else data[None]


def _with_batch(qgraph: QuantizedGraph, name: str, array: Values) -> Values:
    shape = qgraph.tensors[name].shape
    inner = shape[1:] if shape[:1] == (1,) else shape
    dtype = qgraph.tensors[name].dtype
    before = 2 if qgraph.states else 1
    if array.dtype != dtype or array.ndim < before or array.shape[before:] != inner:
        axes = ", ".join(map(str, (*("samples", "steps")[:before], *inner)))
        raise InputError(
            f"tensor '{name}' takes {dtype} of shape ({axes}), not {array.dtype} {array.shape}",
            "quantize the data with quantize_inputs and keep the model's shape",
        )
    return array.reshape(*array.shape[:before], *shape)


def _without_batch(qgraph: QuantizedGraph, name: str, array: Values) -> Values:
    shape = qgraph.tensors[name].shape
    before = array.shape[: 2 if qgraph.states else 1]
    return array.reshape(*before, *(shape[1:] if shape[:1] == (1,) else shape))
