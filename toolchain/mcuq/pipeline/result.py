"""What a build found: every figure a report, a manifest or a gate needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from mcuq.brief import Brief
from mcuq.calibrate import Statistics
from mcuq.cost.memory import MemoryPlan
from mcuq.findings import Finding
from mcuq.graph import Graph
from mcuq.pipeline.accuracy import Baseline
from mcuq.pipeline.estimated import Estimated
from mcuq.pipeline.measured import LatencyError, Measured, latency_error
from mcuq.quantize import Config
from mcuq.quantized import QuantizedGraph
from mcuq.result.accuracy import AccuracyFile
from mcuq.result.elimination import EliminationFigures
from mcuq.result.manifest import AlsoMeasured, DeviceFigures, Layer, Verification
from mcuq.result.pruning import PruningFigures
from mcuq.score.intervals import Change, Interval, change, interval
from mcuq.score.metrics import Metric
from mcuq.score.scores import Score
from mcuq.search import Candidate, Cost, Limits
from mcuq.search.hypervolume import Hypervolume


@dataclass(frozen=True)
class Accuracy:
    """The metric on the evaluation samples, all by exact arithmetic.

    Attributes:
        metric: which.
        float_model: of the float model; None where no samples were given.
        int8: of plain min-max int8; None likewise, and where a given model was built as it is.
        built: of what was built; None where no samples were given.
        samples: how many.
        members: of the search's front, in its order; None for those that were not judged.
        baselines: what one would have without the search.
        also: other metrics of the float model and of what was built.
    """

    metric: Metric
    float_model: Score | None
    int8: Score | None
    built: Score | None
    samples: int
    members: tuple[float | None, ...] = ()
    baselines: tuple[Baseline, ...] = ()
    also: tuple[AlsoMeasured, ...] = ()

    @property
    def quantized(self) -> float | None:
        """The figure of what was built."""
        return None if self.built is None else self.built.value

    def interval(self, score: Score | None) -> Interval | None:
        """95 % confidence interval of one of these; None where it is not known."""
        return None if score is None else interval(score, is_share=self.metric.is_share)

    def change_from(self, before: Score | None) -> Change | None:
        """From one of these to what was built, on the same samples."""
        return None if before is None or self.built is None else change(before, self.built)


@dataclass(frozen=True)
class Footprint:
    """Exact bytes of the linked image; `predicted` is what the cost model said before linking.

    Attributes:
        flash: everything the linker placed in flash.
        flash_model: constants of the model.
        flash_code: the rest: kernels, model code, runner, start-up.
        weight_bytes: packed filters.
        ram: arena, static data and reserved stack.
        arena: activations and scratch.
        stack: reserved.
    """

    flash: int
    flash_model: int
    flash_code: int
    weight_bytes: int
    ram: int
    arena: int
    stack: int
    predicted: Cost


@dataclass(frozen=True)
class SearchSummary:
    """How the configuration was found.

    Attributes:
        method: search method, or "fixed".
        evaluations: candidates scored.
        budget: candidates allowed.
        space_size: configurations there are.
        loss: search loss of the chosen one; None where a given model was built as it is.
        int8_loss: search loss of plain int8; None likewise.
        int8_cost: what plain int8 takes.
        front: Pareto front.
        curve: (evaluations, best fitting loss).
        labels: for each front member, tensor → choice.
        singles: tensor → choice → by how much the loss rises over plain int8 with that choice
            alone; where it was scored.
        one_shot: the knapsack assignment within the limits; None where it was not scored.
        refined: divergence on samples kept back, before and after the refinement.
        measured: front members counted on a farm, in the front's order; empty without one.
        scored: their metric from outputs of the farm, in the front's order; empty unless asked.
        hypervolume: of the front; None where nothing was searched.
    """

    method: str
    evaluations: int
    budget: int
    space_size: int
    loss: float | None
    int8_loss: float | None
    int8_cost: Cost
    front: tuple[Candidate, ...]
    curve: tuple[tuple[int, float], ...]
    labels: tuple[Mapping[str, str], ...]
    singles: Mapping[str, Mapping[str, float]]
    one_shot: Candidate | None = None
    refined: tuple[float, float] | None = None
    measured: tuple[Measured | None, ...] = ()
    scored: tuple[float | None, ...] = ()
    hypervolume: Hypervolume | None = None

    @property
    def latency(self) -> LatencyError:
        """How far the predicted counts were from those measured."""
        return latency_error([one for one in self.measured if one is not None])


@dataclass(frozen=True, repr=False)
class BuildResult(Brief):
    """Everything that a finished build knows."""

    graph: Graph
    qgraph: QuantizedGraph
    config: Config
    memory: MemoryPlan
    limits: Limits
    accuracy: Accuracy
    footprint: Footprint
    layers: tuple[Layer, ...]
    device: DeviceFigures
    count: int
    """Of one inference on the board or its emulator, in `device.unit`."""
    estimate: Estimated | None
    """Of its cycles; None where hardware counted them."""
    verification: Verification
    search: SearchSummary
    seed: int
    optimize: str
    inputs: Mapping[str, str]
    """Role → SHA-256 of the input file."""
    versions: Mapping[str, str]
    statistics: Mapping[str, Statistics] = field(default_factory=dict)
    """Of every activation, on calibration data."""
    eliminated: EliminationFigures | None = None
    """Channels that the graph lacks."""
    pruned: PruningFigures | None = None
    """Channels that the graph has and what was built has not."""
    findings: tuple[Finding, ...] = ()
    """What looked wrong on the way, in the order of the stages."""
    lost: AccuracyFile | None = None
    """Where accuracy goes; None without evaluation samples."""
