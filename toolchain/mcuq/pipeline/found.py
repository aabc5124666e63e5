"""What a build deploys, however it was chosen: by a search, by the user, or by a file."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mcuq.cost import Cost, CostTable, plan_program, program_cost
from mcuq.data import Dataset
from mcuq.interpret.integer import quantize_inputs
from mcuq.pipeline.pruning import Variant
from mcuq.pipeline.result import SearchSummary
from mcuq.pipeline.scoring import Candidates
from mcuq.quantize import Config
from mcuq.quantized import QuantizedGraph, one_run

Int8s = npt.NDArray[np.int8]


@dataclass(frozen=True)
class Found:
    """What the search stage, or the user's fixed choice, decided.

    Attributes:
        table: costs of the network of all channels.
        candidates: what the search chose from; None without one.
        own_table: costs of what is built, where its layers are others.
        variant: that network.
    """

    config: Config
    qgraph: QuantizedGraph
    table: CostTable
    summary: SearchSummary
    candidates: Candidates | None = None
    own_table: CostTable | None = None
    variant: Variant | None = None


def first_sample(qgraph: QuantizedGraph, data: Dataset) -> list[Int8s]:
    """One sample as a run takes it, an array an input: of sequences the first step."""
    return one_run(qgraph, quantize_inputs(qgraph, [x[:1] for x in data.inputs]))


def whole_cost(table: CostTable, bits: int) -> Cost:
    """Of one of the table's own programs."""
    program = table.programs[bits]
    return program_cost(plan_program(program), table)
