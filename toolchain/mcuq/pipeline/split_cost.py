"""Costs of candidates with filters of two widths, from the programs that they are built as.

Bytes are exact. Counts only rank: those of a part are the whole filter's at that width, by the
share of its work; those of joining the parts come from one program that is run, in which every
filter that can be is in two.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from mcuq.blocks import whole_name
from mcuq.cost import CodeModel, CostTable, plan_program
from mcuq.cost.table import LayerCounts
from mcuq.lower import Call, Program
from mcuq.pipeline.costing import with_kernels_of
from mcuq.pipeline.found import Int8s
from mcuq.pipeline.lowering import lower_for, write_model
from mcuq.pipeline.profile import ProfileTarget, profile_layers
from mcuq.pipeline.scheme import Scheme
from mcuq.pipeline.scoring import Candidates
from mcuq.quantize import WeightChoice, quantize
from mcuq.search import Genome
from mcuq.temporary import temporary_folder


@dataclass(frozen=True, eq=False)
class SplitCosts:
    """Attributes:
    whole: of the model whose filters have one width.
    sample: that is run, an array an input.
    """

    candidates: Candidates
    whole: CostTable
    target: ProfileTarget
    scheme: Scheme
    sample: list[Int8s]
    _codes: list[CodeModel] = field(default_factory=list)

    def table(self, genome: Genome) -> CostTable:
        """Of the one program that a candidate is built as, under the widest of its widths."""
        program = self._program(genome)
        # What a candidate lacked others have then, too.
        code = with_kernels_of((self._codes or [self.whole.code])[-1], self.target, program)
        self._codes[:] = [code]
        counts, cycles = (
            self._counts(program, whole, joining)
            for whole, joining in zip(
                (self.whole.counts, self.whole.cycles), self._joining, strict=True
            )
        )
        widest = max(self.candidates.space.widths(genome).values())
        return CostTable({widest: program}, code, counts, cycles)

    def _program(self, genome: Genome) -> Program:
        """Its filters by the plain method: bytes do not depend on values."""
        space, base = self.candidates.space, self.scheme.config
        weights = {
            name: WeightChoice(choice.bits, per=choice.per, narrow=choice.narrow)
            for name, choice in space.config(genome).weights.items()
        }
        config = replace(base, weights=weights)
        qgraph = quantize(self.candidates.graph, self.candidates.ranges, config)
        return lower_for(self.target, self.scheme.deployed(qgraph))

    @cached_property
    def _joining(self) -> tuple[Mapping[Place, int], Mapping[Place, int]]:
        """Counts and cycles of a program in which every filter that can be is in two."""
        space = self.candidates.space
        genome = tuple(
            next((i for i, choice in enumerate(choices) if choice.narrow), gene.reference)
            for gene, choices in zip(space.space.genes, space.weights, strict=False)
        )
        program = self._program((*genome, *space.space.reference[len(genome) :]))
        with temporary_folder() as scratch:
            write_model(self.target, plan_program(program), scratch / "model")
            counts, cycles = profile_layers(self.target, program, scratch / "model", self.sample)
        return _by_place(program, counts), _by_place(program, cycles)

    def _counts(
        self, program: Program, whole: LayerCounts, joining: Mapping[Place, int]
    ) -> dict[tuple[int, int], int]:
        found = {}
        joined = {whole_name(call.op.output) for call in program.calls if _is_part(call)}
        for index, (place, call) in enumerate(_places(program)):
            count = None
            if call.op.output in joined:
                count = joining.get(place)
            elif alike := self._alike.get((whole_name(call.op.output), place[1], call.weight_bits)):
                where, macs = alike
                count = whole.get((where, call.weight_bits))
                if count is not None and _is_part(call):
                    count = round(count * call.macs / macs)
            if count is not None:
                found[index, call.weight_bits] = count
        return found

    @cached_property
    def _alike(self) -> dict[tuple[str, int, int], tuple[int, int]]:
        """(output, turn, width) → index and multiply-accumulates of the whole model's call."""
        return {
            (*place, call.weight_bits): (index, call.macs)
            for program in self.whole.programs.values()
            for index, (place, call) in enumerate(_places(program))
        }


Place = tuple[str, int]
"""Output of an operator, and which of its calls it is."""


def _places(program: Program) -> Iterator[tuple[Place, Call]]:
    turns: Counter[str] = Counter()
    for call in program.calls:
        yield (call.op.output, turns[call.op.output]), call
        turns[call.op.output] += 1


def _by_place(program: Program, counts: LayerCounts) -> dict[Place, int]:
    """Of the calls without a filter."""
    return {
        place: counts[index, 0]
        for index, (place, _) in enumerate(_places(program))
        if (index, 0) in counts
    }


def _is_part(call: Call) -> bool:
    return whole_name(call.op.name) != call.op.name
