"""Run a float graph over many samples at once, a bounded number at a time."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from mcuq.errors import InputError
from mcuq.graph import Graph, Op
from mcuq.interpret.samples import SampleArray
from mcuq.ops.operand import Array, Operand
from mcuq.ops.operator import NoForm

_BLOCK = 1 << 22
"""Floats of the largest activation at a time."""


Disturbance = Callable[[Op, list[Operand]], list[Operand]]
"""What an operator reads in place of its operands."""


def run_float(
    graph: Graph,
    inputs: Sequence[SampleArray],
    keep: Collection[str] | None = None,
    disturb: Disturbance | None = None,
) -> dict[str, Array]:
    """Values of the graph's outputs, or of every activation in `keep`, for N samples.

    Args:
        graph: the model.
        inputs: one array per graph input, any real dtype; for an input of shape (1, …) an array of
            shape (N, …). Of a model that keeps states a sample is a sequence of steps, (N, T, …);
            each begins with the states' initial values.
        keep: names of activations; None means the graph's outputs.
        disturb: changes what every operator reads, to see how far errors go.

    Returns:
        float32 arrays by name. An activation of shape (1, …) becomes (N, …), one of any other
        shape s becomes (N, *s); of sequences (N, T, …) and (N, T, *s).

    Raises:
        InputError: an input has the wrong shape or dtype.
        KeyError: `keep` names no activation of the graph.
    """
    wanted = tuple(dict.fromkeys(graph.outputs if keep is None else keep))
    blocks: dict[str, list[Array]] = {name: [] for name in wanted}
    for values in run_blocks(graph, inputs, wanted, disturb):
        for name in wanted:
            blocks[name].append(values[name])
    return {name: np.concatenate(parts) for name, parts in blocks.items()}


def run_blocks(
    graph: Graph,
    inputs: Sequence[SampleArray],
    keep: Collection[str],
    disturb: Disturbance | None = None,
) -> Iterator[dict[str, Array]]:
    """As `run_float`, one block of samples after the other, in order.

    For more samples than fit in memory.
    """
    for block in _blocks(graph, inputs):
        kept: dict[str, list[Array]] = {name: [] for name in keep}

        def visit(name: str, values: Array, kept: dict[str, list[Array]] = kept) -> None:
            if name in kept:
                kept[name].append(values)

        _run_block(graph, block, visit, disturb)
        yield {name: np.stack(x, axis=1) if graph.states else x[0] for name, x in kept.items()}


def visit_activations(
    graph: Graph, inputs: Sequence[SampleArray], visit: Callable[[str, Array], None]
) -> Iterator[int]:
    """Show every activation once a block of samples (of sequences: once a step), as soon as it is
    computed; nothing is kept.

    For statistics over more activations than fit in memory.

    Args:
        graph, inputs: as of `run_float`.
        visit: takes the name and the values (N, …) of an activation.

    Yields:
        The samples of each block, when all of its activations have been shown.
    """
    for block in _blocks(graph, inputs):
        _run_block(graph, block, visit)
        yield len(block[0])


def _blocks(graph: Graph, inputs: Sequence[SampleArray]) -> Iterator[list[Array]]:
    samples = _check_inputs(graph, inputs)
    largest = max(graph.tensors[name].size for name in graph.activations)
    step = max(1, _BLOCK // largest)
    for start in range(0, samples, step):
        yield [np.asarray(x[start : start + step], np.float32) for x in inputs]


def _check_inputs(graph: Graph, inputs: Sequence[SampleArray]) -> int:
    """Raise where the arrays do not fit the graph's inputs; the number of samples otherwise."""
    if len(inputs) != len(graph.inputs):
        raise InputError(
            f"the model has {len(graph.inputs)} inputs, the data {len(inputs)}",
            f"give one array for each of: {', '.join(graph.inputs)}",
        )
    steps = ("T",) if graph.states else ()
    for name, values in zip(graph.inputs, inputs, strict=True):
        shape = graph.tensors[name].shape[1:]
        before = 1 + len(steps)
        if len(values.shape) < before or values.shape[before:] != shape:
            wanted = "×".join(map(str, ("N", *steps, *shape)))
            raise InputError(
                f"data of shape {values.shape} does not fit input {name!r}",
                f"the model expects {wanted}",
            )
        if values.dtype.kind not in "fiub":
            raise InputError(
                f"data of type {values.dtype} does not fit input {name!r}", "give numbers"
            )
    counts = {len(values) for values in inputs}
    if steps and len({values.shape[1] for values in inputs} | {0}) != 2:
        raise InputError(
            "the inputs have sequences of different lengths, or of none",
            "give every input as many steps, at least one",
        )
    if len(counts) != 1 or 0 in counts:
        raise InputError(
            f"the inputs have {' and '.join(map(str, sorted(counts)))} samples",
            "give every input the same number of samples, at least one",
        )
    return counts.pop()


def _run_block(
    graph: Graph,
    inputs: Sequence[Array],
    visit: Callable[[str, Array], None],
    disturb: Disturbance | None = None,
) -> None:
    if not graph.states:
        _run_step(graph, dict(zip(graph.inputs, inputs, strict=True)), visit, disturb)
        return
    kept = {state.read: state.first(len(inputs[0])) for state in graph.states}
    for step in range(inputs[0].shape[1]):
        given = {name: x[:, step] for name, x in zip(graph.inputs, inputs, strict=True)}
        left = _run_step(graph, given | kept, visit, disturb)
        kept = {state.read: left[state.written] for state in graph.states}


def _run_step(
    graph: Graph,
    given: Mapping[str, Array],
    visit: Callable[[str, Array], None],
    disturb: Disturbance | None,
) -> dict[str, Array]:
    """One run, from the inputs and what states read; returns what is written to states."""
    live: dict[str, Array] = {
        name: _clipped(graph, name, values.reshape(len(values), *graph.tensors[name].shape))
        for name, values in given.items()
    }
    samples = len(next(iter(live.values())))
    last_use = _last_uses(graph)
    for name, values in live.items():
        visit(name, _without_batch(values))
    for position, op in enumerate(graph.ops):
        operands = [_operand(graph, live, name) for name in op.inputs]
        if disturb is not None:
            operands = disturb(op, operands)
        values = _clipped(graph, op.output, _real(op)(op.attrs, operands))
        live[op.output] = _for_all(values, samples)
        visit(op.output, _without_batch(live[op.output]))
        for name in (*op.inputs, op.output):
            if last_use.get(name, -1) <= position:
                live.pop(name, None)
    return live


def _for_all(values: Array, samples: int) -> Array:
    """Values (samples, …); what depends on no input is there once, and repeated for each."""
    return values if len(values) == samples else np.repeat(values, samples, axis=0)


def _real(op: Op) -> Callable[[Any, list[Operand]], Array]:
    form = op.kind.float_form
    if isinstance(form, NoForm):
        raise InputError(f"{op.kind} '{op.name}' has no form in a float graph", form.reason)
    return form


def _clipped(graph: Graph, name: str, values: Array) -> Array:
    """Values inside the range that the model file stores for a tensor, if it stores one."""
    stored = graph.ranges.get(name)
    if stored is None:
        return values
    low, high = stored
    return np.clip(values, np.float32(low), np.float32(high))


def _operand(graph: Graph, live: Mapping[str, Array], name: str) -> Operand:
    constant = graph.tensors[name].data
    return Operand(live[name]) if constant is None else Operand(constant, constant=True)


def _last_uses(graph: Graph) -> dict[str, int]:
    """Position of the last operator that reads each tensor; past all of them for what goes into a
    state.
    """
    uses = {name: position for position, op in enumerate(graph.ops) for name in op.inputs}
    return uses | {state.written: len(graph.ops) for state in graph.states}


def _without_batch(values: Array) -> Array:
    """(N, 1, …) as (N, …); any other shape as it is."""
    if values.ndim > 1 and values.shape[1] == 1:
        return values.reshape(len(values), *values.shape[2:])
    return values
