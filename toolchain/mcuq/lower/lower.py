"""Quantized graph → program."""

from __future__ import annotations

from dataclasses import replace

from mcuq.errors import UsageError
from mcuq.graph import Op
from mcuq.lower.copies import with_copies
from mcuq.lower.external import external_calls
from mcuq.lower.form import VIEW, Context, Rule
from mcuq.lower.forms import CALLS
from mcuq.lower.options import LowerOptions
from mcuq.lower.program import Call, Program
from mcuq.lower.reach import reach
from mcuq.lower.slow import portable
from mcuq.lower.states import keep_states
from mcuq.ops.filters import filter_width
from mcuq.ops.operator import NoForm
from mcuq.quantize.dynamic import check_dynamic, is_dynamic
from mcuq.quantized import QuantizedGraph, is_int16, quantized_op


def lower(qgraph: QuantizedGraph, options: LowerOptions | None = None) -> Program:
    """One kernel call an operator (an input for CONCATENATION); views cost nothing.

    Raises:
        InputError: a tensor has more dimensions than the kernels walk.
        UsageError: an operator has no form for its activations.
    """
    options = options or LowerOptions()
    if is_dynamic(qgraph):
        check_dynamic(qgraph)
    stored = _as_stored(qgraph)
    context = Context(reach(stored), options)
    calls: list[Call] = []
    storage = {name: name for name in (*qgraph.inputs, *(s.read for s in qgraph.states))}
    for op in qgraph.ops:
        if CALLS[op.kind] is VIEW:
            storage[op.output] = storage[op.inputs[0]]
            continue
        storage |= {name: name for name in op.outputs}
        calls.extend(_calls(stored, op, context))
    if qgraph.states:
        return Program(*keep_states(qgraph, calls, storage), options)
    if options.speed and options.kernels == "mcuq":
        calls = list(with_copies(stored, calls, storage, options))
    return Program(qgraph, tuple(calls), storage, options)


def _as_stored(qgraph: QuantizedGraph) -> QuantizedGraph:
    """With filters in the widths that they are stored in: kernels know no others."""
    stored = {}
    for op in qgraph.ops:
        if op.kind.weighted:
            tensor = qgraph.tensors[op.inputs[1]]
            bits = filter_width(op.kind, tensor.bits)
            if bits != tensor.bits:
                stored[tensor.name] = replace(tensor, bits=bits)
    return replace(qgraph, tensors={**qgraph.tensors, **stored}) if stored else qgraph


def _calls(qgraph: QuantizedGraph, op: Op, context: Context) -> list[Call]:
    interface, own = _rules(qgraph, op)
    options = context.options
    if options.kernels == "cmsis-nn" and options.provided is not None:
        return external_calls(
            qgraph,
            op,
            lambda graph, op: interface(graph, op, context),
            lambda graph, op: own(graph, op, context),
            options,
        )
    made = (interface if options.kernels == "cmsis-nn" else own)(qgraph, op, context)
    return [portable(call) for call in (made if isinstance(made, list) else [made])]


def _rules(qgraph: QuantizedGraph, op: Op) -> tuple[Rule, Rule]:
    """Through CMSIS-NN's functions as far as these go, and with mcuq's own kernels."""
    bound, forms = quantized_op(qgraph, op), CALLS[op.kind]
    if not bound.output.is_float and not is_int16(bound):
        return forms.interface, forms.own
    rule = forms.float32 if bound.output.is_float else forms.int16
    if isinstance(rule, NoForm):
        raise UsageError(f"{op.kind} '{op.name}' has no form for its activations", rule.reason)
    return rule, rule
