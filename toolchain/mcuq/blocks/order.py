"""Which channels of a filter suffer most from fewer bits: those are the last to have them.

A channel's error is that of its outputs on real inputs, by the second moments of what it reads; it
counts as much as the weights behind it carry on.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from mcuq.blocks.sets import Indices, Places
from mcuq.blocks.settings import BLOCKS
from mcuq.eliminate import Roles
from mcuq.eliminate.rows import rows
from mcuq.eliminate.ties import width
from mcuq.graph import Graph
from mcuq.interpret.float.run import run_blocks
from mcuq.interpret.samples import OnDisk, SampleArray
from mcuq.numeric.products import product
from mcuq.ops.weighted import DEPTHWISE_CONV_2D
from mcuq.ptq.candidates.layer import LayerShape
from mcuq.ptq.candidates.moments import measure
from mcuq.quantize import WeightChoice
from mcuq.quantize.weights import Bank, along_axis
from mcuq.quantized import QuantizedGraph

Float64 = npt.NDArray[np.float64]


def wide_first(
    graph: Graph,
    qgraph: QuantizedGraph,
    bank: Bank,
    widths: Sequence[int],
    inputs: Sequence[SampleArray],
) -> dict[str, Indices]:
    """Filter that can have two widths → its channels, those first that gain most from the wider.

    Filters whose channels are in one set have one order.

    Args:
        graph: the float model.
        qgraph: the same in integers, of any widths.
        bank: with filters by `BLOCKS.judged_by` in all widths.
        widths: the widest first.
        inputs: real samples, one array (N, …) an input.
    """
    places = Places(qgraph)
    ops = {op.inputs[1]: op for op in graph.ops if op.kind.weighted}
    filters = {name: ops[name] for name in places.filters}
    carried = carried_on(graph)
    seen = {op.inputs[0]: OnDisk() for op in filters.values()}
    for block in run_blocks(graph, [x[: BLOCKS.samples] for x in inputs], seen):
        for name, values in block.items():
            seen[name].append(values)
    gains = np.zeros(places.groups.count)
    for op in filters.values():
        errors = _errors(graph, LayerShape.of(qgraph, op), bank, widths, seen[op.inputs[0]])
        gains[places.groups.of[op.output]] += errors * carried[op.output]
    return {
        name: np.argsort(-gains[places.groups.of[op.output]], kind="stable")
        for name, op in filters.items()
    }


def carried_on(graph: Graph) -> dict[str, Float64]:
    """Activation → how much of a change of each channel reaches the outputs: sums of squared
    weights along all ways, as if nothing between were bent."""
    roles = Roles(graph)
    found = {name: np.zeros(width(graph, name)) for name in graph.activations}
    for name in (*graph.outputs, *(state.written for state in graph.states)):
        found[name] += 1.0
    for op in reversed(graph.ops):
        behind, tied = found[op.output], roles.ties.get(op.name)
        if op.name in roles.mixing:
            squares = rows(graph, op) ** 2
            found[op.inputs[0]] += (squares.sum(axis=1) * behind[:, None]).sum(axis=0)
        elif tied is None:
            for name in found.keys() & set(op.inputs):
                found[name] += behind.mean()
        else:
            if op.kind is DEPTHWISE_CONV_2D:
                data = graph.tensors[op.inputs[1]].data
                assert data is not None  # see `Roles`
                behind = behind * (data.astype(np.float64) ** 2).sum(axis=(0, 1, 2))
            for name, (before, after) in tied.items():
                if name in found:
                    np.add.at(found[name], before, behind[after])
    return found


def _errors(
    graph: Graph, layer: LayerShape, bank: Bank, widths: Sequence[int], seen: OnDisk
) -> Float64:
    """What each channel's output energy gains from each width over the next, (channels,): shares
    of what all channels gain, summed."""
    name = layer.op.inputs[1]
    data = graph.tensors[name].data
    assert data is not None  # filters are constants
    exact = layer.matrix(data.astype(np.float64))
    gram = measure(layer, seen, seen).centred().gram
    by_width = []
    for bits in widths:
        weight = bank[name, WeightChoice(bits, BLOCKS.judged_by)]
        real = weight.values * along_axis(weight.scale.astype(np.float64), data.ndim, 0)
        off = exact - layer.matrix(real)
        by_width.append((product(off, gram) * off).sum(axis=2).reshape(-1))
    total = np.zeros(len(data))
    for wide, narrow in pairwise(by_width):
        gain = narrow - wide
        whole = float(np.abs(gain).sum())
        total += gain / whole if whole else 0.0
    return total
