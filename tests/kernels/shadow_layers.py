"""Layers to watch, and the layouts in which their promises are used up."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from operator_cases import FixedRanges
from shadow_memory import apart, at

from mcuq.bench.chain import Chain
from mcuq.cost.memory import MemoryPlan, plan_program
from mcuq.lower import Program
from mcuq.quantize import Config, WeightChoice, quantize
from mcuq.quantized import QuantizedGraph


@dataclass(frozen=True)
class Promise:
    """A layout in which the output of one call shares as much with an input as was promised."""

    memory: MemoryPlan
    output: str
    inwards: int
    """Direction, +1 or -1, in which the output would share more."""

    def deeper(self, nbytes: int) -> MemoryPlan:
        """The layout with so many bytes more shared."""
        offsets = self.memory.plan.offsets
        moved = offsets[self.output] + self.inwards * nbytes
        return at(self.memory, {**offsets, self.output: moved})


def promised(program: Program) -> Iterator[Promise]:
    """Every promise of every call on an input that dies there, used to the last byte; all other
    buffers lie apart."""
    memory = plan_program(program)
    last = {buffer.name: buffer.last for buffer in memory.buffers}
    sizes = {buffer.name: buffer.size for buffer in memory.buffers}
    alone = apart(memory).plan.offsets
    beyond = max(alone[name] + size for name, size in sizes.items()) + max(sizes.values())
    far = -(-beyond // 16) * 16
    for step, call in enumerate(program.calls):
        output = program.storage[call.op.output]
        for overlap in call.overlaps:
            source = program.storage[overlap.input]
            if last[source] != step:
                continue
            starts = (
                (overlap.ascending, far + overlap.ascending - sizes[output], 1),
                (overlap.descending, far + sizes[source] - overlap.descending, -1),
            )
            for shared, start, inwards in starts:
                if shared > 0:
                    laid = at(memory, {**alone, source: far, output: start})
                    yield Promise(laid, output, inwards)


def chain(layers: Callable[[Chain], None], shape: tuple[int, ...], bits: int) -> QuantizedGraph:
    model = Chain("layer", shape, seed=len(shape))
    layers(model)
    choice = WeightChoice(bits)
    return quantize(model.graph(), FixedRanges(), Config(default_weight=choice))


LAYERS: Mapping[str, tuple[Callable[[Chain], None], tuple[int, ...]]] = {
    "first layer": (lambda m: m.conv(8, 3, 2), (1, 12, 12, 3)),
    "3x3": (lambda m: m.conv(16, 3, 1), (1, 9, 7, 16)),
    "3x3 that grows": (lambda m: m.conv(24, 3, 1), (1, 6, 8, 4)),
    "1x1 that shrinks": (lambda m: m.conv(5, 1, 1), (1, 5, 5, 12)),
    "1x1 that grows": (lambda m: m.conv(16, 1, 1), (1, 5, 4, 6)),
    "1x1 with stride": (lambda m: m.conv(8, 1, 2), (1, 9, 9, 8)),
    "5x5": (lambda m: m.conv(4, 5, 1), (1, 9, 9, 4)),
    "depthwise": (lambda m: m.depthwise(3, 1), (1, 8, 9, 8)),
    "depthwise with stride": (lambda m: m.depthwise(3, 2), (1, 9, 9, 6)),
    "depthwise 5x5": (lambda m: m.depthwise(5, 1), (1, 9, 8, 4)),
}
