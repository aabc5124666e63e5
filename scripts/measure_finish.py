"""What the finish makes of a mix of widths, on samples that it never saw.

No search: for each budget, every filter has the widest of 8, 4 and 2 bits that fits, and the
largest ones the next narrower width until the budget is met. That mix is refined as `mcuq build`
refines what its search found, and judged by exact integer arithmetic against the float model,
sample by sample. With --folds K the labelled samples, search and evaluation together, are cut into
K parts; each is judged in turn by models that were finished on the others.

python scripts/measure_finish.py MODEL --calibration DATA --search-data DATA --evaluation DATA
    [--budgets 100,50,37.5,25] [--seeds 2] [--folds 3] [--observer mse] [--parts 0,1] [--no-refine]
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any
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
from mcuq.pipeline.space import build_space
from mcuq.progress import Progress, ProgressCallback
from mcuq.ptq.refine import RefineSettings
from mcuq.quantize import WeightChoice
from mcuq.quantized import QuantizedGraph
from mcuq.score.answers import predictions_of
from mcuq.score.choice import suited_metric
from mcuq.score.intervals import half_width
from mcuq.score.loss import divergence, find_loss_outputs, head_tensors
from study.command import at_least, run_study

Floats = npt.NDArray[np.float64]
WIDTHS = (8, 4, 2)


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


def finished(
    graph: Graph,
    widths: dict[str, int],
    calibration: Dataset,
    search: Dataset,
    arguments: argparse.Namespace,
    seed: int,
    progress: ProgressCallback,
) -> QuantizedGraph:
    """The mix after the refinement of a build, or before it."""
    ranges = calibrate(graph, calibration.inputs, OBSERVERS)
    choices = {name: (WeightChoice(bits),) for name, bits in widths.items()}
    space = build_space(graph, ranges, choices, OBSERVERS)
    genome = tuple(
        next((i for i, choice in enumerate(gene.choices) if choice.label == arguments.observer), 0)
        for gene in space.space.genes
    )

    def seeded(**given: Any) -> RefineSettings:
        return RefineSettings(**given, seed=seed)

    candidates = Candidates(graph, ranges, None, space)
    if not arguments.refine:
        return candidates.quantize(genome)
    with patch.object(refinement, "RefineSettings", seeded):
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


def row(budget: float, widths: dict[str, int], graph: Graph, runs: list[list[Figures]]) -> str:
    """One budget: `runs` are seeds, of each its folds."""
    less = np.stack([np.concatenate([f.less_float for f in folds]) for folds in runs])
    kl = np.stack([np.concatenate([f.kl for f in folds]) for folds in runs])
    of_float = 100 * np.mean(np.concatenate([f.of_float for f in runs[0]]))
    seeds = [100 * f.less_float.mean() for folds in runs for f in folds]
    size = sum(stored_bytes(graph.tensors[n].size, bits) for n, bits in widths.items())
    mean, seconds = 100 * less.mean(), max(f.seconds for folds in runs for f in folds)
    return (
        f"| {budget:.1%} | {size:,} | {less.shape[1]:,} × {len(runs)} | {of_float:.2f} | "
        f"{of_float + mean:.2f} | {mean:+.2f} ± {100 * half_width(less):.2f} | "
        f"{min(seeds):+.2f} … {max(seeds):+.2f} | {kl.mean():.4f} ± {half_width(kl):.4f} | "
        f"{seconds:.0f} |"
    )


def rows(arguments: argparse.Namespace, progress: ProgressCallback) -> Iterator[str]:
    graph = load_model(arguments.model)
    calibration, search, evaluation = (
        load_data(path, graph)
        for path in (arguments.calibration, arguments.search_data, arguments.evaluation)
    )
    yield (
        "| weight bytes | | judged, samples × seeds | float | finished | less float, points | "
        "each run | KL | finish, s |"
    )
    yield "|--:|--:|--:|--:|--:|--:|--:|--:|--:|"
    pairs = parts(search, evaluation, arguments.folds)
    chosen = [pairs[number] for number in arguments.parts] if arguments.parts else pairs
    for budget in arguments.budgets:
        widths = mixed_widths(graph, budget)
        runs = []
        for seed in range(arguments.seeds):
            folds = []
            for number, (rest, unseen) in enumerate(chosen):
                progress(Progress("finish", note=f"{budget:.1%}, seed {seed}, part {number}"))
                # Where the search data calibrates, only what is not judged does.
                own = rest if arguments.calibration == arguments.search_data else calibration
                start = time.process_time()
                qgraph = finished(graph, widths, own, rest, arguments, seed, progress)
                folds.append(judged(graph, qgraph, unseen, time.process_time() - start))
            runs.append(folds)
        yield row(budget, widths, graph, runs)


def budgets(text: str) -> tuple[float, ...]:
    """Percentages as fractions."""
    return tuple(float(part) / 100 for part in text.split(","))


def numbers(text: str) -> tuple[int, ...]:
    """Whole numbers."""
    return tuple(int(part) for part in text.split(","))


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
        "--no-refine",
        dest="refine",
        action="store_false",
        help="leave every filter at the nearest integers: what the finish begins with",
    )
    taken.add_argument("--observer", default="mse", help="of all activations, to start from")
    return taken


def measure(arguments: argparse.Namespace) -> None:
    """Print the table, row by row."""
    with shown_progress() as progress:
        for line in rows(arguments, progress):
            print_lines([line])


def main(words: list[str] | None = None) -> int:
    """The exit code, as the command line `mcuq` has it."""
    return run_study(partial(measure, parser().parse_args(words)), as_json=False)


if __name__ == "__main__":
    sys.exit(main())
