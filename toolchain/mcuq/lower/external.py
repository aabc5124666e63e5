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

_WHOLE = frozenset({"arm_convolve_wrapper_s16"})
"""Convolutions that take all channels of their input, whatever the filter's depth says."""

Rule = Callable[[QuantizedGraph, Op], Call | list[Call]]


def external_calls(
    qgraph: QuantizedGraph, op: Op, interface: Rule, own: Rule, options: LowerOptions
) -> list[Call]:
    """The library's calls for an operator where it has them, else mcuq's.

    Args:
        interface: lowers to functions of CMSIS-NN's interface, under mcuq's names.
        own: lowers to mcuq's kernels.
    """
    calls = _of_library(_listed(interface(_as_supported(qgraph, op), op)), qgraph, options)
    if any(library_name(call.function) for call in calls):
        calls = _of_library(_listed(own(qgraph, op)), qgraph, options)
    return [_as_promised(call, qgraph, options) for call in calls]


def _of_library(calls: list[Call], qgraph: QuantizedGraph, options: LowerOptions) -> list[Call]:
    """The same calls, by the library's names where it has the functions."""
    names = (library_name(call.function) or "" for call in calls)
    return [
        replace(call, function=name)
        if options.is_external(name) and not (name in _WHOLE and _has_groups(qgraph, call.op))
        else call
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
    weight = qgraph.tensors[op.inputs[1]] if op.kind is CONV_2D else None
    if weight is None or weight.bits >= 8 or not _has_groups(qgraph, op):
        return qgraph
    return replace(qgraph, tensors={**qgraph.tensors, weight.name: replace(weight, bits=8)})


def _has_groups(qgraph: QuantizedGraph, op: Op) -> bool:
    """Whether a CONV_2D's filters read a part of its input's channels each."""
    source, weight = (qgraph.tensors[name] for name in op.inputs[:2])
    return source.shape[3] != weight.shape[3]


def _listed(made: Call | list[Call]) -> list[Call]:
    return made if isinstance(made, list) else [made]
