"""What the finish makes of a mix of widths, on samples that it never saw.

No search: for each budget, every filter has the widest of 8, 4 and 2 bits that fits, and the
largest ones the next narrower width until the budget is met. That mix is refined as `mcuq build`
refines what its search found, and judged by exact integer arithmetic against the float model,
sample by sample. With --folds K the labelled samples, search and evaluation together, are cut into
K parts; each is judged in turn by models that were finished on the others. Each --without is a row
that leaves out what it names (`STEPS`, or nothing), with --passes once for each number of them; the
others are set beside the first, sample by sample.

python scripts/measure_finish.py MODEL --calibration DATA --search-data DATA --evaluation DATA
    [--budgets 100,50,37.5,25] [--seeds 2] [--folds 3] [--observer mse] [--parts 0,1]
    [--without nothing] [--without averages] [--without refinement] … [--passes 4,16]
    [--kept FOLDER]
"""

from __future__ import annotations

import argparse
import math
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, fields, replace
from functools import partial
from itertools import product
from pathlib import Path
from unittest.mock import patch

import numpy as np
import numpy.typing as npt

from mcuq.calibrate import OBSERVERS, calibrate
from mcuq.cli.output import print_lines
from mcuq.cli.progress import shown_progress
from mcuq.data import Dataset, load_data
from mcuq.errors import UsageError
from mcuq.graph import Graph
from mcuq.importers import load_model
from mcuq.interpret.float import run_float
from mcuq.interpret.integer import dequantize_outputs, quantize_inputs, run_integer
from mcuq.numeric import stored_bytes
from mcuq.pipeline import refinement
from mcuq.pipeline.refinement import refine_chosen
from mcuq.pipeline.scoring import Candidates
from mcuq.pipeline.settings import REFINEMENT
from mcuq.pipeline.space import build_space
from mcuq.progress import Progress, ProgressCallback
from mcuq.ptq.refine import RefineSettings
from mcuq.quantize import WeightChoice, averages
from mcuq.quantize.settings import RANGES
from mcuq.quantized import QuantizedGraph
from mcuq.score.answers import predictions_of
from mcuq.score.choice import suited_metric
from mcuq.score.intervals import half_width
from mcuq.score.loss import divergence, find_loss_outputs, head_tensors
from study.command import at_least, run_study

Floats = npt.NDArray[np.float64]
WIDTHS = (8, 4, 2)
NOTHING = "nothing"
STEPS = {
    "averages": "a scale of their own for averages over whole images",
    "mixes": "mixes of two samples in the training, and their number of passes",
    "refinement": "all refinement: every filter at the nearest integers",
}


@dataclass(frozen=True, eq=False)
class Figures:
    """Of one model, sample by sample.

    Attributes:
        less_float: metric less that of the float model.
        of_float: metric of the float model.
        kl: divergence from it, nats.
        seconds: processor time of the finish.
    """

    less_float: Floats
    of_float: Floats
    kl: Floats
    seconds: float


def mixed_widths(graph: Graph, budget: float) -> dict[str, int]:
    """Filter → bits, at most `budget` of the bytes at 8 bits; the largest filters are narrowed."""
    sizes = {name: graph.tensors[name].size for name in graph.weights}
    widths = dict.fromkeys(sizes, WIDTHS[0])
    limit = budget * sum(sizes.values())
    for narrower in WIDTHS[1:]:
        for name in sorted(sizes, key=lambda name: -sizes[name]):
            if sum(stored_bytes(sizes[n], bits) for n, bits in widths.items()) <= limit:
                return widths
            widths[name] = narrower
    return widths


def parts(search: Dataset, evaluation: Dataset, folds: int) -> list[tuple[Dataset, Dataset]]:
    """(finished on, judged on) of each fold; one fold is the data as it is given."""
    if folds == 1:
        return [(search, evaluation)]
    if search.labels is None or evaluation.labels is None:
        raise UsageError("folds need samples with labels", "add 'y', or leave out --folds")
    inputs = [np.concatenate(pair) for pair in zip(search.inputs, evaluation.inputs, strict=True)]
    labels = np.concatenate([search.labels, evaluation.labels])

    def samples(numbers: npt.NDArray[np.int64]) -> Dataset:
        return replace(search, inputs=tuple(x[numbers] for x in inputs), labels=labels[numbers])

    every = np.arange(len(labels))
    judged = np.array_split(every, folds)
    return [(samples(np.setdiff1d(every, part)), samples(part)) for part in judged]


@dataclass(frozen=True)
class KeptFigures:
    """Figures of runs in a folder, so that a table that is widened runs only what is new.

    Nothing looks at the code and data that they came from: a folder is for one state of both.

    Attributes:
        folder: None keeps nothing.
    """

    folder: Path | None

    def of(self, name: str, find: Callable[[], Figures]) -> Figures:
        """The figures of that name, found now if they are not there."""
        if self.folder is None:
            return find()
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / f"{name}.npz"
        if not path.exists():
            found = find()
            np.savez(path, **{field.name: getattr(found, field.name) for field in fields(found)})
        with np.load(path) as kept:
            return Figures(kept["less_float"], kept["of_float"], kept["kl"], float(kept["seconds"]))


@dataclass(frozen=True)
class Finish:
    """How mixes are finished.

    Attributes:
        without: names of `STEPS` that are left out.
        observer: of all activations, to start from.
        seed: of the training.
        passes: over the samples; None takes those of a build.
    """

    without: frozenset[str]
    observer: str
    seed: int
    passes: int | None = None

    def name(self, prefix: str) -> str:
        """Of a run: no two finishes share one."""
        passes = [] if self.passes is None else [f"passes{self.passes}"]
        return "-".join([prefix, self.observer, str(self.seed), *passes, *sorted(self.without)])

    def changes(self) -> ExitStack:
        """While it is open, the finish of a build is this one."""
        changed = ExitStack()
        training: dict[str, int] = {"seed": self.seed}
        if "mixes" in self.without:
            training["mixed_below"] = 0
        if self.passes is not None:
            training |= dict.fromkeys(("epochs", "mixed_epochs"), self.passes)
            over_many = replace(REFINEMENT, passes_over_many=self.passes)
            changed.enter_context(patch.object(refinement, "REFINEMENT", over_many))
        seeded = partial(RefineSettings, **training)
        changed.enter_context(patch.object(refinement, "RefineSettings", seeded))
        if "averages" in self.without:
            coarse = replace(RANGES, average_limit=math.inf)
            changed.enter_context(patch.object(averages, "RANGES", coarse))
        return changed


def finished(
    graph: Graph,
    widths: dict[str, int],
    calibration: Dataset,
    search: Dataset,
    finish: Finish,
    progress: ProgressCallback,
) -> QuantizedGraph:
    """The mix after the finish."""
    ranges = calibrate(graph, calibration.inputs, OBSERVERS)
    choices = {name: (WeightChoice(bits),) for name, bits in widths.items()}
    space = build_space(graph, ranges, choices, OBSERVERS)
    genome = tuple(
        next((i for i, choice in enumerate(gene.choices) if choice.label == finish.observer), 0)
        for gene in space.space.genes
    )
    candidates = Candidates(graph, ranges, None, space)
    with finish.changes():
        if "refinement" in finish.without:
            return candidates.quantize(genome)
        return refine_chosen(candidates, genome, calibration, search, progress).qgraph


def judged(graph: Graph, qgraph: QuantizedGraph, data: Dataset, seconds: float) -> Figures:
    """By exact integer arithmetic against the float model."""
    metric, _ = suited_metric(graph, data)
    heads = find_loss_outputs(graph)
    keep = (*graph.outputs, *head_tensors(heads))
    reference = run_float(graph, data.inputs, keep=keep)
    found = dequantize_outputs(
        qgraph, run_integer(qgraph, quantize_inputs(qgraph, data.inputs), keep=keep)
    )
    expected = tuple(reference[name] for name in graph.outputs)
    scores = []
    for values in (found, reference):
        outputs = tuple(values[n].reshape(reference[n].shape) for n in graph.outputs)
        score = metric.score(predictions_of(graph, data, outputs, expected))
        assert score.samples is not None, "a metric of single samples is needed"
        scores.append(np.asarray(score.samples, np.float64))
    kl = divergence(heads, reference, found)
    return Figures(scores[0] - scores[1], scores[1], kl, seconds)


@dataclass(frozen=True, eq=False)
class Runs:
    """All runs of one finish at one budget: figures (seeds, samples).

    Attributes:
        less_float, kl: as in `Figures`.
        of_float: (samples,).
        each: mean of `less_float` in each run, a fold of a seed.
        seconds: processor time of all runs' finish.
    """

    less_float: Floats
    kl: Floats
    of_float: Floats
    each: tuple[float, ...]
    seconds: float

    @classmethod
    def of(cls, seeds: list[list[Figures]]) -> Runs:
        """Of each seed its folds."""
        every = [figures for folds in seeds for figures in folds]
        return cls(
            np.stack([np.concatenate([f.less_float for f in folds]) for folds in seeds]),
            np.stack([np.concatenate([f.kl for f in folds]) for folds in seeds]),
            np.concatenate([f.of_float for f in seeds[0]]),
            tuple(float(f.less_float.mean()) for f in every),
            sum(f.seconds for f in every),
        )


Plan = tuple[frozenset[str], int | None]
"""Of a row: what is left out, and how many passes; None takes those of a build."""
HEADING = (
    "| weight bytes | | without | passes | judged, samples × seeds | float | finished | "
    "less float, points | each run | KL | less the first, points | KL less the first, 1e-4 | "
    "finish, s |"
)


def row(budget: float, size: int, plan: Plan, runs: Runs, first: Runs) -> str:
    """One line of the table; `first` is what it is set beside."""
    without, passes = plan
    less, of_float = 100 * runs.less_float, 100 * runs.of_float.mean()
    beside, kl_beside = 100 * (runs.less_float - first.less_float), 1e4 * (runs.kl - first.kl)
    compared = (
        ["", ""]
        if runs is first
        else [_mean(beside, "+.2f", ".2f"), _mean(kl_beside, "+.1f", ".1f")]
    )
    cells = (
        f"{budget:.1%}",
        f"{size:,}",
        ", ".join(sorted(without)) or NOTHING,
        "" if passes is None else f"{passes}",
        f"{less.shape[1]:,} × {len(less)}",
        f"{of_float:.2f}",
        f"{of_float + less.mean():.2f}",
        _mean(less, "+.2f", ".2f"),
        f"{100 * min(runs.each):+.2f} … {100 * max(runs.each):+.2f}",
        _mean(runs.kl, ".4f", ".4f"),
        *compared,
        f"{runs.seconds / len(runs.each):.0f}",
    )
    return f"| {' | '.join(cells)} |"


def _mean(values: Floats, form: str, error_form: str) -> str:
    return f"{values.mean():{form}} ± {half_width(values):{error_form}}"


def rows(arguments: argparse.Namespace, progress: ProgressCallback) -> Iterator[str]:
    graph = load_model(arguments.model)
    calibration, search, evaluation = (
        load_data(path, graph)
        for path in (arguments.calibration, arguments.search_data, arguments.evaluation)
    )
    yield HEADING
    yield "|--:|--:|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|"
    pairs = parts(search, evaluation, arguments.folds)
    chosen = [pairs[number] for number in arguments.parts] if arguments.parts else pairs
    # Where the search data calibrates, only what is not judged does.
    own = arguments.calibration == arguments.search_data
    splits = [(rest if own else calibration, rest, unseen) for rest, unseen in chosen]
    numbers = arguments.parts or range(len(pairs))
    kept = KeptFigures(arguments.kept)
    for budget in arguments.budgets:
        widths = mixed_widths(graph, budget)
        size = sum(stored_bytes(graph.tensors[n].size, bits) for n, bits in widths.items())
        first: Runs | None = None
        for plan in product(arguments.without, arguments.passes):
            seeds = []
            for seed in range(arguments.seeds):
                finish = Finish(plan[0], arguments.observer, seed, plan[1])
                folds = []
                for number, split in zip(numbers, splits, strict=True):
                    name = finish.name(f"{graph.name}-{budget}-{number}-{arguments.folds}")
                    progress(Progress("finish", note=name))
                    find = partial(run, graph, widths, split, finish, progress)
                    folds.append(kept.of(name, find))
                seeds.append(folds)
            runs = Runs.of(seeds)
            first = first or runs
            yield row(budget, size, plan, runs, first)


def run(
    graph: Graph,
    widths: dict[str, int],
    split: tuple[Dataset, Dataset, Dataset],
    finish: Finish,
    progress: ProgressCallback,
) -> Figures:
    """One finish, judged; `split` is calibration data, search data and what is judged on."""
    calibration, search, unseen = split
    start = time.process_time()
    qgraph = finished(graph, widths, calibration, search, finish, progress)
    return judged(graph, qgraph, unseen, time.process_time() - start)


def budgets(text: str) -> tuple[float, ...]:
    """Percentages as fractions."""
    return tuple(float(part) / 100 for part in text.split(","))


def numbers(text: str) -> tuple[int, ...]:
    """Whole numbers."""
    return tuple(int(part) for part in text.split(","))


def steps(text: str) -> frozenset[str]:
    """Names of `STEPS`, or nothing."""
    names = frozenset(text.split(",")) - {NOTHING}
    if unknown := sorted(names - STEPS.keys()):
        raise argparse.ArgumentTypeError(f"{unknown[0]} is none of {', '.join(STEPS)}")
    return names


def parser() -> argparse.ArgumentParser:
    taken = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    taken.add_argument("model", type=Path, help="float model")
    taken.add_argument("--calibration", type=Path, required=True, help="samples for ranges")
    taken.add_argument("--search-data", type=Path, required=True, help="samples to finish on")
    taken.add_argument("--evaluation", type=Path, required=True, help="samples to judge on")
    taken.add_argument(
        "--budgets", type=budgets, default="100,50,37.5,25", help="percent of the int8 bytes"
    )
    taken.add_argument("--seeds", type=at_least(1), default=1, help="of the training")
    taken.add_argument("--folds", type=at_least(1), default=1, help="parts judged in turn")
    taken.add_argument("--parts", type=numbers, help="only these folds, from 0")
    taken.add_argument(
        "--without",
        type=steps,
        action="append",
        metavar="STEP,…",
        help="one row each: " + "; ".join(f"{name}: {what}" for name, what in STEPS.items()),
    )
    taken.add_argument(
        "--passes", type=numbers, default=(None,), help="of the training; one row each"
    )
    taken.add_argument("--kept", type=Path, help="folder of finished runs: one state of the code")
    taken.add_argument("--observer", default="mse", help="of all activations, to start from")
    return taken


def measure(arguments: argparse.Namespace) -> None:
    """Print the table, row by row."""
    arguments.without = arguments.without or [frozenset()]
    with shown_progress() as progress:
        for line in rows(arguments, progress):
            print_lines([line])


def main(words: list[str] | None = None) -> int:
    """The exit code, as the command line `mcuq` has it."""
    return run_study(partial(measure, parser().parse_args(words)), as_json=False)


if __name__ == "__main__":
    sys.exit(main())
