"""int16 for single activations: 8-bit and 16-bit forms of one model, joined by QUANTIZE."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace

from mcuq.errors import UsageError
from mcuq.graph import Op
from mcuq.numeric.tensor import QuantizedTensor
from mcuq.ops.attrs import NoAttrs
from mcuq.ops.conversion import QUANTIZE
from mcuq.quantize.int16 import check_int16
from mcuq.quantize.scale_groups import ScaleGroups
from mcuq.quantized.qgraph import QuantizedGraph


def int16_group(scale_groups: ScaleGroups, names: Collection[str]) -> frozenset[str]:
    """`names` and every activation that shares its parameters with one of them.

    Raises:
        UsageError: a name is no activation of the model.
    """
    unknown = [name for name in names if name not in scale_groups.representative]
    if unknown:
        raise UsageError(
            f"no activation is called '{unknown[0]}'", "mcuq inspect --json lists their names"
        )
    groups = {scale_groups.representative[name] for name in names}
    return frozenset(name for name, group in scale_groups.representative.items() if group in groups)


def _paired(
    int8: tuple[Op, ...], int16: tuple[Op, ...]
) -> Iterator[tuple[str, list[Op], list[Op]]]:
    """(activation, its operators in `sub_byte`, in `int16`) for every one that both compute.

    Each form may have operators of its own that lead there: what rescales a prescribed scale, what
    spells an operator out.
    """
    common = {op.output for op in int8} & {op.output for op in int16}
    runs = zip(_runs(int8, common), _runs(int16, common), strict=True)
    return ((small[-1].output, small, large) for small, large in runs)


def _runs(ops: tuple[Op, ...], ends: set[str]) -> Iterator[list[Op]]:
    run: list[Op] = []
    for op in ops:
        run.append(op)
        if op.output in ends:
            yield run
            run = []


def joined(int8: QuantizedGraph, int16: QuantizedGraph, chosen: frozenset[str]) -> QuantizedGraph:
    """The operators that make an activation of `chosen` from `int16`, all others from `sub_byte`.

    An operator works on one width: QUANTIZE brings an input of the other width to its own.

    Raises:
        UsageError: an operator that makes a chosen activation has no 16-bit form.
    """
    ops: list[Op] = []
    tensors: dict[str, QuantizedTensor] = {}

    def stored(name: str) -> QuantizedTensor:
        preferred, other = (int16, int8) if name in chosen else (int8, int16)
        return (preferred if name in preferred.tensors else other).tensors[name]

    def operand(name: str, source: QuantizedGraph) -> str:
        tensor = source.tensors[name]
        if tensor.is_constant:
            # Biases and operands differ between the two; a shared filter may.
            free = tensors.setdefault(name, tensor) is tensor
            new = name if free else f"{name}#int{stored_bits(source)}"
            tensors.setdefault(new, replace(tensor, name=new))
            return new
        if stored(name).bits == tensor.bits:
            return name
        new = f"{name}#int{tensor.bits}"
        if new not in tensors:
            tensors[new] = replace(tensor, name=new)
            ops.append(Op(QUANTIZE, new, (name,), (new,), NoAttrs()))
        return new

    def stored_bits(source: QuantizedGraph) -> int:
        return 16 if source is int16 else 8

    for name in (*int8.inputs, *(state.read for state in int8.states)):
        tensors[name] = stored(name)
    for result, small, large in _paired(int8.ops, int16.ops):
        run, source = (large, int16) if result in chosen else (small, int8)
        if source is int16:
            check_int16(run)
        for op in run:
            inputs = tuple(operand(name, source) for name in op.inputs)
            tensors[op.output] = source.tensors[op.output]
            ops.append(replace(op, inputs=inputs))
    states = tuple(
        wide if wide.read in chosen else narrow
        for narrow, wide in zip(int8.states, int16.states, strict=True)
    )
    return QuantizedGraph(int8.name, tensors, tuple(ops), int8.inputs, int8.outputs, states)
