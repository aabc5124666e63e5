"""Constants that a layer reads for every pixel, copied to RAM first where memory is free.

A read of flash waits, a read of RAM does not. Weights and what outputs are scaled by are read for
every one or two pixels: a copy in the layer's scratch is read there. The rule takes only what the
arena has left beside the layer, of int8 forms: it does not change with the bits of other layers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from mcuq.lower.expansion import plain_scratch
from mcuq.lower.program import Array, Call, Copied, ScratchRef
from mcuq.lower.settings import LOWERING
from mcuq.ops.weighted import CONV_2D, DEPTHWISE_CONV_2D
from mcuq.quantized.qgraph import QuantizedGraph

_BOTH = frozenset({"weights", "channels"})
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

_STEP = 16
"""Bytes that are copied at once, and to which scratch is aligned."""


def with_copies(
    qgraph: QuantizedGraph, calls: Sequence[Call], storage: Mapping[str, str]
) -> tuple[Call, ...]:
    """The calls, those with copies that have room for them.

    Args:
        calls: of the whole model.
        storage: as of a `Program`.
    """
    needs = list(_needs(qgraph, calls, storage))
    room = max(needs, default=0)
    return tuple(
        _copied(qgraph, call, room - need) for call, need in zip(calls, needs, strict=True)
    )


def _copied(qgraph: QuantizedGraph, call: Call, free: int) -> Call:
    """The call with copies of its constants in up to `free` bytes."""
    roles = _READ_AGAIN.get(call.function)
    if roles is None:
        return call
    output = qgraph.tensors[call.op.output]
    pixels = output.size // output.shape[-1]
    if pixels < LOWERING.copied_pixels:
        return call
    for wanted in (_BOTH, frozenset({"weights"}), _CHANNELS):
        arrays = [a for a in call.arguments if isinstance(a, Array) and a.role in wanted & roles]
        sizes = [array.data.nbytes for array in arrays]
        is_read_much = sum(sizes) * pixels >= LOWERING.copied_reads
        fits = sum(sizes) <= free and not any(size % _STEP for size in sizes)
        if wanted <= roles and is_read_much and fits:
            return _with(call, arrays)
    return call


def _with(call: Call, arrays: Sequence[Array]) -> Call:
    """Copies at the scratch's begin, what the kernel works in behind them."""
    copies, offset = {}, 0
    for array in arrays:
        copies[array.role] = Copied(array, offset)
        offset += array.data.nbytes
    arguments = tuple(
        copies.get(a.role, a)
        if isinstance(a, Array)
        else ScratchRef(offset)
        if isinstance(a, ScratchRef)
        else a
        for a in call.arguments
    )
    return replace(call, arguments=arguments, scratch_bytes=offset + call.scratch_bytes)


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
