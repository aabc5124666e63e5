"""Costs of candidates, and of those that leave channels out a table for every network that is left.

Bytes are exact, from the network's own lowered programs. Counts are exact where cycles are limited,
from programs of its own that are run; where they only rank candidates, they are those of the whole
network, by the share of each layer's work that is left.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from mcuq.cost import Cost, CostTable, plan_program, program_cost
from mcuq.cost.table import LayerCounts
from mcuq.data import Dataset
from mcuq.lower import Call, Program
from mcuq.pipeline.costing import cost_table, with_kernels_of
from mcuq.pipeline.found import first_sample
from mcuq.pipeline.lowering import lower_for
from mcuq.pipeline.profile import ProfileTarget
from mcuq.pipeline.pruning import make_room
from mcuq.pipeline.scheme import Scheme
from mcuq.pipeline.scoring import Candidates
from mcuq.pipeline.split_cost import SplitCosts
from mcuq.quantize import quantize
from mcuq.quantized import QuantizedGraph
from mcuq.search import Genome


@dataclass(frozen=True, eq=False)
class Costs:
    """Attributes:
    whole: of all channels.
    calibration: of which the first sample is run.
    is_timed: whether cycles have to be exact.
    known: tables that were asked for.
    """

    candidates: Candidates
    whole: CostTable
    target: ProfileTarget
    scheme: Scheme
    calibration: Dataset
    is_timed: bool
    known: dict[tuple[int, ...], CostTable] = field(default_factory=dict, repr=False)

    def cost(self, genome: Genome) -> Cost:
        """Of a candidate."""
        table = self.table(genome)
        if self.candidates.space.is_mixed(genome):
            (program,) = table.programs.values()
            return program_cost(plan_program(program), table)
        return table.cost(self.candidates.space.widths(genome))

    def table(self, genome: Genome) -> CostTable:
        """Of the network that a candidate is about; of filters of two widths of it alone."""
        if self.candidates.space.is_mixed(genome):
            return self._split.table(genome)
        levels = self.candidates.space.levels(genome)
        if not any(levels):
            return self.whole
        if levels not in self.known:
            make_room(self.known)
            self.known[levels] = self._made(genome)
        return self.known[levels]

    @cached_property
    def _split(self) -> SplitCosts:
        sample = first_sample(self.whole.programs[8].qgraph, self.calibration)
        return SplitCosts(self.candidates, self.whole, self.target, self.scheme, sample)

    def _made(self, genome: Genome) -> CostTable:
        models = {bits: self._plain(genome, bits) for bits in self.whole.programs}
        if self.is_timed:
            return cost_table(self.target, models, first_sample(models[8], self.calibration))
        programs = {bits: lower_for(self.target, model) for bits, model in models.items()}
        code = self.whole.code
        for program in programs.values():
            code = with_kernels_of(code, self.target, program)
        whole = self.whole.programs
        counts, cycles = (
            _scaled(found, whole, programs) for found in (self.whole.counts, self.whole.cycles)
        )
        return CostTable(programs, code, counts, cycles)

    def _plain(self, genome: Genome, bits: int) -> QuantizedGraph:
        """Every filter at one width."""
        base = self.scheme.config
        config = replace(base, default_weight=replace(base.default_weight, bits=bits))
        graph = self.candidates.variant(genome).graph
        return self.scheme.deployed(quantize(graph, self.candidates.ranges, config))


def _scaled(
    counts: LayerCounts, whole: Mapping[int, Program], left: Mapping[int, Program]
) -> dict[tuple[int, int], int]:
    found = {}
    for bits, program in left.items():
        for index, (before, after) in enumerate(zip(whole[bits].calls, program.calls, strict=True)):
            count = counts.get((index, before.weight_bits))
            if count is not None:
                share = _work(program, after) / _work(whole[bits], before)
                found[index, after.weight_bits] = round(count * share)
    return found


def _work(program: Program, call: Call) -> int:
    """Multiply-accumulates, or values of the result where it has none."""
    return call.macs or program.qgraph.tensors[call.op.output].size
