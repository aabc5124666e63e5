"""States in memory: what a run leaves is where the next one reads it, by no copy where possible.

A state has bytes of its own. An operator writes its new value there directly, once the old one has
been read; where that cannot be, it is copied at the end of a run.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from mcuq.graph import Op, State
from mcuq.lower.program import Argument, Call, TensorRef
from mcuq.numeric.tensor import QuantizedTensor
from mcuq.ops.movement import RESHAPE, ReshapeAttrs
from mcuq.quantized.qgraph import QuantizedGraph


def keep_states(
    qgraph: QuantizedGraph, calls: Sequence[Call], storage: Mapping[str, str]
) -> tuple[QuantizedGraph, tuple[Call, ...], dict[str, str]]:
    """The graph, the calls and the storage of activations, with states kept.

    Args:
        qgraph: what is lowered; copies that a state's end needs get a tensor of their own in it.
        calls: of its operators.
        storage: activation → the activation whose bytes it is; of what a state reads, itself.

    Returns:
        In `storage`, what is written into a state's bytes has what the state reads.
    """
    return _Keeping(qgraph, list(calls), dict(storage)).result()


class _Keeping:
    def __init__(self, qgraph: QuantizedGraph, calls: list[Call], storage: dict[str, str]) -> None:
        self._qgraph = qgraph
        self._calls = calls
        self._storage = storage
        self._reads = {state.read for state in qgraph.states}
        self._tensors: dict[str, QuantizedTensor] = {}

    def result(self) -> tuple[QuantizedGraph, tuple[Call, ...], dict[str, str]]:
        copied = [state for state in self._qgraph.states if not self._written_in_place(state)]
        # Of a state that never changes there is nothing to copy.
        sources = {s.read: s.written for s in copied if self._storage[s.written] != s.read}
        while sources:
            self._copy_next(sources)
        qgraph = replace(self._qgraph, tensors={**self._qgraph.tensors, **self._tensors})
        return qgraph, tuple(self._calls), self._storage

    def _written_in_place(self, state: State) -> bool:
        """Whether the new value can take the old one's bytes; if so, it has them from now on."""
        root = self._storage[state.written]
        is_free = root not in self._reads and root not in self._qgraph.inputs
        if not is_free or self._outlives(state) or not self._may_write(state, root):
            return False
        for name, other in self._storage.items():
            if other == root:
                self._storage[name] = state.read
        return True

    def _outlives(self, state: State) -> bool:
        """Whether the old value is wanted after the run."""
        late = [*self._qgraph.outputs, *(s.written for s in self._qgraph.states)]
        return any(self._storage[name] == state.read for name in late)

    def _may_write(self, state: State, root: str) -> bool:
        """Whether the old value has been read when the new one is written."""
        places = [n for n, call in enumerate(self._calls) if self._writes(call, root)]
        readers = [n for n, call in enumerate(self._calls) if self._reads_state(call, state)]
        first, last = places[0], max(readers, default=-1)
        if last != first or len(places) > 1:
            return last < first
        call = self._calls[first]
        if any(self._is_pair(call, state, root, *pair) for pair in call.in_place):
            return True
        size = self._qgraph.tensors[state.read].nbytes
        return self._storage[call.op.output] == root and any(
            self._storage.get(promise.input) == state.read
            and size <= max(promise.ascending, promise.descending)
            for promise in call.overlaps
        )

    def _is_pair(self, call: Call, state: State, root: str, read: str, written: str) -> bool:
        """Whether a call that may write one value over another does so here, reading it once."""
        names = [name for name in call.reads() if self._storage[name] == state.read]
        return names == [read] and self._storage[written] == root

    def _writes(self, call: Call, root: str) -> bool:
        return any(self._storage[name] == root for name in call.op.outputs)

    def _reads_state(self, call: Call, state: State) -> bool:
        return any(self._storage[name] == state.read for name in call.reads())

    def _copy_next(self, sources: dict[str, str]) -> None:
        """Copy to one state whose old value no other copy wants; break a circle by saving one.

        Args:
            sources: what states read → new value, of those not yet copied; one is taken out.
        """
        wanted = {self._storage[source] for source in sources.values()}
        state = next((read for read in sources if read not in wanted), None)
        if state is not None:
            self._calls.append(self._copy(sources.pop(state), state))
            return
        state, source = next(iter(sources.items()))
        saved = sources[state] = f"{state}#next"
        self._tensors[saved] = replace(self._qgraph.tensors[source], name=saved)
        self._storage[saved] = saved
        self._calls.append(self._copy(source, saved))

    def _copy(self, source: str, target: str) -> Call:
        value = self._tensors.get(source) or self._qgraph.tensors[source]
        op = Op(RESHAPE, f"{target} (kept)", (source,), (target,), ReshapeAttrs(value.shape))
        arguments: tuple[Argument, ...] = (value.nbytes, TensorRef(source), TensorRef(target))
        return Call(op, "mcuq_keep", arguments)
