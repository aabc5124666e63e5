"""Constants that a layer reads for every pixel, copied to RAM first where memory is free.

A read of flash waits, a read of RAM does not. Weights and what outputs are scaled by are read for
every one or two pixels: a copy in the layer's scratch is read there. The rule takes only what the
arena has left beside the layer, of int8 forms: it does not change with the bits of other layers.

Narrow weights may be copied as those of int8 (`widening`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from mcuq.lower.expansion import plain_scratch
from mcuq.lower.options import LowerOptions
from mcuq.lower.program import Array, Call, Copied, ScratchRef
from mcuq.lower.settings import LOWERING
from mcuq.lower.widening import Widened, widened
from mcuq.ops.weighted import CONV_2D, DEPTHWISE_CONV_2D
from mcuq.quantized.qgraph import QuantizedGraph

_BOTH = frozenset({"weights", "channels"})
_WEIGHTS = frozenset({"weights"})
_CHANNELS = frozenset({"channels"})
_READ_AGAIN: Mapping[str, frozenset[str]] = {
    **{
        f"mcuq_{form}_{width}": _BOTH
        for form in ("conv", "pointwise")
        for width in ("s8", "s4", "s2")
    },
    "mcuq_depthwise_s8": _BOTH,
    # The others unpack their weights into RAM.
    **dict.fromkeys(("mcuq_conv_ternary", "mcuq_pointwise_ternary"), _CHANNELS),
    **{f"mcuq_depthwise_{width}": _CHANNELS for width in ("s4", "s2", "ternary")},
    **{f"mcuq_depthwise_expanded_{width}": _CHANNELS for width in ("s8", "s4", "s2", "ternary")},
}
"""Function → roles of the constants that it reads for every one or two pixels."""

_COPY = "mcuq_copy_constant"
"""The C function that copies a constant as it is."""
_STEP = 16
"""Bytes that are copied at once, and to which scratch is aligned."""


def with_copies(
    qgraph: QuantizedGraph,
    calls: Sequence[Call],
    storage: Mapping[str, str],
    options: LowerOptions,
) -> tuple[Call, ...]:
    """The calls, those with copies that have room for them.

    Args:
        calls: of the whole model.
        storage: as of a `Program`.
        options: what the model is lowered for.
    """
    needs = list(_needs(qgraph, calls, storage))
    room = max(needs, default=0)
    return tuple(
        _copied(qgraph, call, room - need, options) for call, need in zip(calls, needs, strict=True)
    )


def _copied(qgraph: QuantizedGraph, call: Call, free: int, options: LowerOptions) -> Call:
    """The call with copies of its constants in up to `free` bytes."""
    if call.function not in _READ_AGAIN:
        return call
    output = qgraph.tensors[call.op.output]
    pixels = output.size // output.shape[-1]
    if pixels < LOWERING.copied_pixels:
        return call
    wide = widened(qgraph, call) if options.pairs else None
    for made in _forms(call, wide):
        sizes = [each.nbytes for each in made.arguments if isinstance(each, Copied)]
        is_read_much = sum(sizes) * pixels >= LOWERING.copied_reads
        if is_read_much and sum(sizes) <= free and not any(size % _STEP for size in sizes):
            return made
    return call


def _forms(call: Call, wide: Widened | None) -> Iterator[Call]:
    """With copies, the best first."""
    if wide is not None:
        for roles in (_BOTH, _WEIGHTS):
            yield _with(replace(call, function=wide.function), roles, wide)
    for roles in (_BOTH, _WEIGHTS, _CHANNELS):
        if roles <= _READ_AGAIN[call.function]:
            yield _with(call, roles)


def _with(call: Call, roles: frozenset[str], wide: Widened | None = None) -> Call:
    """Copies at the scratch's begin, what the kernel works in behind them."""
    copies, offset = {}, 0
    for array in call.arguments:
        if isinstance(array, Array) and array.role in roles:
            if wide is not None and array.role == "weights":
                copies[array.role] = Copied(array, offset, wide.nbytes, wide.copier)
            else:
                copies[array.role] = Copied(array, offset, array.data.nbytes, _COPY)
            offset += copies[array.role].nbytes
    arguments = tuple(
        copies.get(a.role, a)
        if isinstance(a, Array)
        else ScratchRef(offset)
        if isinstance(a, ScratchRef)
        else a
        for a in call.arguments
    )
    scratch = call.scratch_bytes if wide is None else wide.scratch_bytes
    return replace(call, arguments=arguments, scratch_bytes=offset + scratch)


def _needs(
    qgraph: QuantizedGraph, calls: Sequence[Call], storage: Mapping[str, str]
) -> Iterator[int]:
    """Bytes of the arena that each call needs at least."""
    first, last = _lives(qgraph, calls, storage)
    for step, call in enumerate(calls):
        alive = [name for name in first if first[name] <= step <= last[name]]
        shared = 0
        for overlap in call.overlaps:
            source = storage.get(overlap.input)
            if source and last[source] == step:
                shared = max(shared, overlap.ascending, overlap.descending)
        is_plain = call.op.kind in (CONV_2D, DEPTHWISE_CONV_2D)
        scratch = plain_scratch(qgraph, call.op) if is_plain else call.scratch_bytes
        yield sum(qgraph.tensors[name].nbytes for name in alive) - shared + scratch


def _lives(
    qgraph: QuantizedGraph, calls: Sequence[Call], storage: Mapping[str, str]
) -> tuple[dict[str, int], dict[str, int]]:
    """Stored activation → the first call that has it, and the last one."""
    first = {storage[name]: 0 for name in qgraph.inputs}
    last = dict(first)
    for step, call in enumerate(calls):
        for name in call.op.outputs:
            first.setdefault(storage[name], step)
        for name in (*call.reads(), *call.op.outputs):
            last[storage[name]] = step
    return first, last | {storage[name]: len(calls) for name in qgraph.outputs}
