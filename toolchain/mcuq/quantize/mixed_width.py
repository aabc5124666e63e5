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


def wide_group(sharing: ScaleGroups, names: Collection[str]) -> frozenset[str]:
    """`names` and every activation that shares its parameters with one of them.

    Raises:
        UsageError: a name is no activation of the model.
    """
    unknown = [name for name in names if name not in sharing.representative]
    if unknown:
        raise UsageError(
            f"no activation is called '{unknown[0]}'", "mcuq inspect --json lists their names"
        )
    groups = {sharing.representative[name] for name in names}
    return frozenset(name for name, group in sharing.representative.items() if group in groups)


def _paired(
    narrow: tuple[Op, ...], wide: tuple[Op, ...]
) -> Iterator[tuple[str, list[Op], list[Op]]]:
    """(activation, its operators in `sub_byte`, in `wide`) for every one that both compute.

    Each form may have operators of its own that lead there: what rescales a prescribed scale, what
    spells an operator out.
    """
    common = {op.output for op in narrow} & {op.output for op in wide}
    runs = zip(_runs(narrow, common), _runs(wide, common), strict=True)
    return ((small[-1].output, small, large) for small, large in runs)


def _runs(ops: tuple[Op, ...], ends: set[str]) -> Iterator[list[Op]]:
    run: list[Op] = []
    for op in ops:
        run.append(op)
        if op.output in ends:
            yield run
            run = []


def joined(narrow: QuantizedGraph, wide: QuantizedGraph, chosen: frozenset[str]) -> QuantizedGraph:
    """The operators that make an activation of `chosen` from `wide`, all others from `sub_byte`.

    An operator works on one width: QUANTIZE brings an input of the other width to its own.

    Raises:
        UsageError: an operator that makes a chosen activation has no 16-bit form.
    """
    ops: list[Op] = []
    tensors: dict[str, QuantizedTensor] = {}

    def stored(name: str) -> QuantizedTensor:
        preferred, other = (wide, narrow) if name in chosen else (narrow, wide)
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
        return 16 if source is wide else 8

    for name in narrow.inputs:
        tensors[name] = stored(name)
    for result, small, large in _paired(narrow.ops, wide.ops):
        run, source = (large, wide) if result in chosen else (small, narrow)
        if source is wide:
            check_int16(run)
        for op in run:
            inputs = tuple(operand(name, source) for name in op.inputs)
            tensors[op.output] = source.tensors[op.output]
            ops.append(replace(op, inputs=inputs))
    return QuantizedGraph(narrow.name, tensors, tuple(ops), narrow.inputs, narrow.outputs)
