"""The layer table of a result."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from mcuq.blocks import whole_name
from mcuq.lower import Call, Program
from mcuq.ops.filters import filter_bytes
from mcuq.pipeline.estimated import interval
from mcuq.pipeline.profile import Profiled
from mcuq.quantize import Config
from mcuq.result.manifest import Layer


def describe_layers(
    program: Program, config: Config, profiled: Profiled | None
) -> tuple[Layer, ...]:
    """One row a kernel call."""
    layers = [_layer(program, index, call, config) for index, call in enumerate(program.calls)]
    if profiled is None:
        return tuple(layers)
    layers = _with(layers, "counts", profiled.counts)
    found = profiled.estimate
    if found is not None:
        layers = _with(layers, "cycles_estimated", found.layers)
        layers = _with(layers, "cycles_interval", [interval(n, found.band) for n in found.layers])
    return tuple(layers)


def _with(layers: Sequence[Layer], key: str, values: Sequence[object]) -> list[Layer]:
    return [
        layer.model_copy(update={key: value}) for layer, value in zip(layers, values, strict=True)
    ]


def _layer(program: Program, index: int, call: Call, config: Config) -> Layer:
    tensors = program.qgraph.tensors
    weight = tensors[call.op.inputs[1]] if call.weight_bits else None
    arrays = {array.key: array.nbytes for array in call.arrays()}
    structs = {struct.key(index, lambda _: False): 4 * struct.words for struct in call.structs()}
    return Layer(
        name=call.op.name,
        kind=call.op.kind.name,
        function=call.function,
        library="cmsis-nn" if program.options.is_external(call.function) else "mcuq",
        slow=call.slow,
        shape=tensors[call.op.output].shape,
        filter=whole_name(call.op.inputs[1]) if call.op.kind.weighted else None,
        bits=weight.bits if weight else None,
        method=config.weight(whole_name(weight.name)).method if weight else "",
        weight_bytes=filter_bytes(call.op.kind, weight.shape, weight.bits) if weight else 0,
        constant_bytes=sum(arrays.values()) + sum(structs.values()),
        macs=call.macs,
        scratch_bytes=call.scratch_bytes,
        counts=None,
        reads=_buffers(program, call.reads()),
        writes=_buffers(program, call.op.outputs),
    )


def _buffers(program: Program, tensors: Iterable[str]) -> tuple[str, ...]:
    """Where they are stored, each once; a view has the buffer of what it shows."""
    return tuple(dict.fromkeys(program.storage[name] for name in tensors))
