"""Walk through a model layer by layer and quantize each filter by a recipe."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import replace
from typing import Any

import numpy.typing as npt

from mcuq.graph import Graph, Op
from mcuq.interpret.float.run import run_blocks
from mcuq.interpret.integer import quantize_inputs, run_integer
from mcuq.interpret.samples import Dequantized, OnDisk, SampleArray
from mcuq.numeric.tensor import QuantizedTensor
from mcuq.ptq.candidates.layer import Flags, LayerShape
from mcuq.ptq.candidates.moments import Moments, measure
from mcuq.ptq.candidates.prefixes import Prefix, Prefixes
from mcuq.ptq.candidates.recipe import Recipe
from mcuq.ptq.candidates.solve import solve_choice
from mcuq.quantize.activations import RangeSource
from mcuq.quantize.config import Config, WeightChoice
from mcuq.quantize.quantize import quantize
from mcuq.quantize.settings import CANDIDATES
from mcuq.quantize.weights import QuantizedWeight
from mcuq.quantized.qgraph import QuantizedGraph

Weights = dict[str, QuantizedWeight]
Cut = Mapping[str, Flags]
"""Filter → which channels of its input it reads; others read all of them."""
Inputs = Sequence[SampleArray]


def limit_samples(graph: Graph, inputs: Inputs) -> list[npt.NDArray[Any]]:
    """As many samples as allow all layers' float inputs to be kept at once."""
    names = {op.inputs[0] for op in weighted_ops(graph)}
    steps = inputs[0].shape[1] if graph.states else 1
    each = steps * sum(graph.tensors[name].size for name in names)
    return [x[: max(1, CANDIDATES.floats_on_disk // max(1, each))] for x in inputs]


def weighted_ops(graph: Graph) -> list[Op]:
    """The weighted operators, the first user of each filter only."""
    found: dict[str, Op] = {}
    for op in graph.ops:
        if op.kind.weighted:
            found.setdefault(op.inputs[1], op)
    return list(found.values())


class Walk:
    """The float model's activations on the calibration samples, and walks along its layers.

    Args:
        graph: the float model.
        ranges: its activation ranges.
        config: observers of the activations; its weight choices are not looked at.
        inputs: real samples, one array (N, …) an input.
        cuts: what each filter is solved for beside, with fewer channels to read.
    """

    def __init__(
        self,
        graph: Graph,
        ranges: RangeSource,
        config: Config,
        inputs: Inputs,
        cuts: Sequence[Cut] = (),
    ) -> None:
        self._graph, self._ranges, self._cuts = graph, ranges, cuts
        self._config = _plain(config)
        self._inputs = limit_samples(graph, inputs)
        self._ops = weighted_ops(graph)
        names = {op.inputs[0] for op in self._ops}
        self._float = {name: OnDisk() for name in names}

        for block in run_blocks(graph, self._inputs, names):
            for name, values in block.items():
                self._float[name].append(_runs(graph, values))

    def under(self, config: Config) -> Walk:
        """The same under other observers; the float model is not run again."""
        walk = copy(self)
        walk._config = _plain(config)
        return walk

    @property
    def filters(self) -> tuple[str, ...]:
        """Names of the filters, in execution order."""
        return tuple(op.inputs[1] for op in self._ops)

    def on_float_inputs(
        self, recipes: Mapping[WeightChoice, Recipe]
    ) -> dict[WeightChoice, list[Weights]]:
        """Every filter by every recipe, each layer fitted to the float model's activations; then
        the filters of each cut."""
        qgraph = quantize(self._graph, self._ranges, self._config)
        found = {choice: self._nothing() for choice in recipes}
        for op in self._ops:
            layer = LayerShape.of(qgraph, op)
            seen = self._float[op.inputs[0]]
            moments = measure(layer, seen, seen)
            for choice, recipe in recipes.items():
                self._solve(found[choice], layer, moments, recipe, choice)
        return found

    def on_quantized_inputs(
        self,
        choices: Mapping[str, WeightChoice],
        recipe: Recipe,
        solved: Prefixes | None = None,
    ) -> list[Weights]:
        """Every filter by one recipe, each layer fitted to the activations that all layers
        before it, quantized by the same recipe, really give; then the filters of each cut, fitted
        to the same.

        Args:
            choices: bits and scheme of each filter.
            recipe: how.
            solved: what this walk, under any observers, has solved by `recipe` before; it is not
                solved twice, and grows. A walk with cuts takes none.
        """
        assert solved is None or not self._cuts
        found = self._nothing()
        bank: dict[tuple[str, WeightChoice], QuantizedWeight] = {}
        qgraph = quantize(self._graph, self._ranges, self._config)
        stored = quantize_inputs(qgraph, self._inputs)
        known = dict(zip(qgraph.inputs, stored, strict=True))
        prefixes = _prefixes(qgraph, self._ops, choices)
        for op, prefix in zip(self._ops, prefixes, strict=True):
            source, name = op.inputs[0], op.inputs[1]
            before = None if solved is None else solved.find(prefix)
            if before is not None:
                found[0][name] = bank[name, choices[name]] = before
                continue
            config = replace(self._config, weights={n: choices[n] for n in found[0]})
            qgraph = quantize(self._graph, self._ranges, config, bank)
            if qgraph.states:  # what a layer sees depends on those behind it, too
                known = run_integer(qgraph, stored, keep=(source,))
            else:
                known = run_integer(qgraph, [], keep=_live_before(qgraph, op), feed=known)
            seen = Dequantized(_runs(self._graph, known[source]), qgraph.tensors[source])
            layer = LayerShape.of(qgraph, op)
            moments = measure(layer, self._float[source], seen)
            self._solve(found, layer, moments, recipe, choices[name])
            bank[name, choices[name]] = found[0][name]
            if solved is not None:
                solved.add(prefix, found[0][name])
        return found

    def _nothing(self) -> list[Weights]:
        return [{} for _ in range(1 + len(self._cuts))]

    def _solve(
        self,
        found: list[Weights],
        layer: LayerShape,
        moments: Moments,
        recipe: Recipe,
        choice: WeightChoice,
    ) -> None:
        """Add the filter of a layer, whole and of every cut that has it."""
        name = layer.op.inputs[1]
        data = self._graph.tensors[name].data
        assert data is not None  # quantize has refused computed filters
        bias = None
        if len(layer.op.inputs) == 3:
            bias = self._graph.tensors[layer.op.inputs[2]].data
        for weights, kept in zip(
            found, (None, *(cut.get(name) for cut in self._cuts)), strict=True
        ):
            if kept is not None or weights is found[0]:
                weights[name] = solve_choice(layer, data, bias, moments, recipe, choice, kept)


def _plain(config: Config) -> Config:
    """The same with every filter at int8."""
    return replace(config, weights={}, default_weight=WeightChoice())


def _runs(graph: Graph, values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """What single runs give: the steps of sequences one behind the other."""
    return values.reshape(-1, *values.shape[2:]) if graph.states else values


def _prefixes(
    qgraph: QuantizedGraph, ops: Sequence[Op], choices: Mapping[str, WeightChoice]
) -> list[Prefix]:
    """For each of `ops`, in order of execution, all that its filter's solution depends on; with
    states what a layer sees depends on all activations."""
    place = {op.output: number for number, op in enumerate(qgraph.ops)}
    found: list[Prefix] = []
    chosen: tuple[WeightChoice, ...] = ()
    for op in ops:
        chosen = (*chosen, choices[op.inputs[1]])
        earlier = qgraph.ops if qgraph.states else qgraph.ops[: place[op.output]]
        names = (*qgraph.inputs, *(one.output for one in earlier))
        found.append((*chosen, *(_parameters(qgraph.tensors[name]) for name in names)))
    return found


def _parameters(tensor: QuantizedTensor) -> tuple[str, int, bytes, int]:
    return tensor.name, tensor.bits, tensor.scale.tobytes(), tensor.zero_point


def _live_before(qgraph: QuantizedGraph, op: Op) -> list[str]:
    """Activations that are known before `op` runs and that it or a later operator reads."""
    position = next(i for i, one in enumerate(qgraph.ops) if one.output == op.output)
    before = {*qgraph.inputs, *(one.output for one in qgraph.ops[:position])}
    read = dict.fromkeys(name for one in qgraph.ops[position:] for name in one.inputs)
    return [name for name in read if name in before]
