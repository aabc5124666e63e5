"""The layer table of a result."""

from __future__ import annotations

from collections.abc import Sequence

from mcuq.lower import Call, Program
from mcuq.quantize import Config
from mcuq.result.manifest import Layer


def describe_layers(program: Program, config: Config, counts: Sequence[int]) -> tuple[Layer, ...]:
    """One row a kernel call; `counts` is empty where nothing was profiled."""
    known: list[int | None] = list(counts) or [None] * len(program.calls)
    return tuple(
        _layer(program, index, call, config, count)
        for index, (call, count) in enumerate(zip(program.calls, known, strict=True))
    )


def _layer(program: Program, index: int, call: Call, config: Config, count: int | None) -> Layer:
    tensors = program.qgraph.tensors
    weight = tensors[call.op.inputs[1]] if call.weight_bits else None
    arrays = {array.key: array.nbytes for array in call.arrays()}
    structs = {struct.key(index): 4 * struct.words for struct in call.structs()}
    return Layer(
        name=call.op.name,
        kind=call.op.kind.name,
        function=call.function,
        library="cmsis-nn" if program.options.is_external(call.function) else "mcuq",
        slow=call.slow,
        shape=tensors[call.op.output].shape,
        filter=call.op.inputs[1] if call.op.kind.weighted else None,
        bits=weight.bits if weight else None,
        method=config.weight(weight.name).method if weight else "",
        weight_bytes=weight.nbytes if weight else 0,
        constant_bytes=sum(arrays.values()) + sum(structs.values()),
        macs=call.macs,
        scratch_bytes=call.scratch_bytes,
        counts=count,
    )
