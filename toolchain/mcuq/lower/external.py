"""Calls into a library with CMSIS-NN's interface, as far as it goes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from mcuq.graph import Op
from mcuq.lower.interface import library_name
from mcuq.lower.options import LowerOptions
from mcuq.lower.program import Call
from mcuq.lower.slow import portable
from mcuq.ops.weighted import CONV_2D
from mcuq.quantized.qgraph import QuantizedGraph

Rule = Callable[[QuantizedGraph, Op], Call | list[Call]]


def external_calls(
    qgraph: QuantizedGraph, op: Op, interface: Rule, own: Rule, options: LowerOptions
) -> list[Call]:
    """The library's calls for an operator where it has them, else mcuq's.

    Args:
        interface: lowers to functions of CMSIS-NN's interface, under mcuq's names.
        own: lowers to mcuq's kernels.
    """
    calls = _of_library(_listed(interface(_as_supported(qgraph, op), op)), options)
    if any(library_name(call.function) for call in calls):
        calls = _of_library(_listed(own(qgraph, op)), options)
    return [_as_promised(call, qgraph, options) for call in calls]


def _of_library(calls: list[Call], options: LowerOptions) -> list[Call]:
    """The same calls, by the library's names where it has the functions."""
    names = (library_name(call.function) or "" for call in calls)
    return [
        replace(call, function=name) if options.is_external(name) else call
        for call, name in zip(calls, names, strict=True)
    ]


def _as_promised(call: Call, qgraph: QuantizedGraph, options: LowerOptions) -> Call:
    """A library says nothing of the order in which it reads and writes: nothing may overlap."""
    bits = qgraph.tensors[call.op.inputs[1]].bits if call.weight_bits else 0
    bits_kept = replace(call, weight_bits=bits)
    if options.is_external(call.function):
        return replace(bits_kept, overlaps=())
    return portable(bits_kept)


def _as_supported(qgraph: QuantizedGraph, op: Op) -> QuantizedGraph:
    """CMSIS-NN's int4 convolutions know no groups: such filters go in as int8, same values."""
    if op.kind is not CONV_2D:
        return qgraph
    source, weight = (qgraph.tensors[name] for name in op.inputs[:2])
    if source.shape[3] == weight.shape[3] or weight.bits >= 8:
        return qgraph
    return replace(qgraph, tensors={**qgraph.tensors, weight.name: replace(weight, bits=8)})


def _listed(made: Call | list[Call]) -> list[Call]:
    return made if isinstance(made, list) else [made]
