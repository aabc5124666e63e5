"""Bytes of a program's constants in flash, as the emitter will write them."""

from __future__ import annotations

from dataclasses import dataclass

from mcuq.cost.memory import MemoryPlan
from mcuq.ops.filters import filter_bytes
from mcuq.quantized.qgraph import QuantizedGraph


@dataclass(frozen=True)
class ConstantBytes:
    """Attributes:
    arrays: weights, biases, multipliers, tables: each distinct content once, word aligned; initial
        values of states that are no repeated byte.
    structs: kernel parameter structures, each distinct content once.
    """

    arrays: int
    structs: int

    @property
    def total(self) -> int:
        return self.arrays + self.structs


def constant_bytes(memory: MemoryPlan) -> ConstantBytes:
    """Exact bytes of everything the program reads from flash.

    Args:
        memory: of the program; structures hold directions of its plan.
    """
    arrays: dict[object, int] = {}
    structs: dict[object, int] = {}
    for index, call in enumerate(memory.program.calls):
        for array in call.arrays():
            arrays[array.key] = array.nbytes
        for struct in call.structs():
            structs[struct.key(index, memory.descends)] = 4 * struct.words
    initial = _initial_bytes(memory.program.qgraph)
    return ConstantBytes(sum(arrays.values()) + initial, sum(structs.values()))


def _initial_bytes(qgraph: QuantizedGraph) -> int:
    found = (state.initial for state in qgraph.states if state.initial_byte is None)
    return sum(-(-initial.nbytes // 4) * 4 for initial in found)


def weight_bytes(qgraph: QuantizedGraph) -> int:
    """Packed bytes of all filters: what `--weight-bytes` limits. Biases are not in it."""
    filters = {op.inputs[1]: op.kind for op in qgraph.ops if op.kind.weighted}
    tensors = [(kind, qgraph.tensors[name]) for name, kind in filters.items()]
    return sum(filter_bytes(kind, t.shape, t.bits, t.narrow) for kind, t in tensors)
