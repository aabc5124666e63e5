"""All candidates of a model: computed once, on all cores, and kept on disk."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy.typing as npt
from threadpoolctl import threadpool_limits

from mcuq.content import ByContent
from mcuq.graph import Graph
from mcuq.progress import Progress, ProgressCallback, silent
from mcuq.ptq.candidates.cache import content_key, cut_key, entry_name, packed, unpacked
from mcuq.ptq.candidates.recipe import DEFAULT_METHODS, Prefix, recipe_for
from mcuq.ptq.candidates.sequence import Cut, Walk, Weights
from mcuq.quantize.activations import RangeSource
from mcuq.quantize.config import Config, WeightChoice
from mcuq.quantize.weights import Bank, QuantizedWeight
from mcuq.workers import start_workers
from mcuq_hil.cache import Cache

Job = tuple[WeightChoice, ...]
"""Methods that are computed together: all that use float inputs, or one other."""
_Found = dict[WeightChoice, list[Weights]]
"""Of each method the whole filters, then those of each cut."""


@dataclass(frozen=True, eq=False)
class _Task(ByContent):
    """What a job works on."""

    graph: Graph
    ranges: RangeSource
    config: Config
    inputs: Sequence[npt.NDArray[Any]]
    cuts: Sequence[Cut]


def build_bank(
    graph: Graph,
    ranges: RangeSource,
    inputs: Sequence[npt.NDArray[Any]],
    *,
    methods: Collection[WeightChoice] = DEFAULT_METHODS,
    config: Config | None = None,
    cache: Cache | None = None,
    workers: int = 1,
    progress: ProgressCallback = silent,
) -> Bank:
    """As `build_banks`, of filters that read all channels."""
    (bank,) = build_banks(
        graph,
        ranges,
        inputs,
        methods=methods,
        config=config,
        cache=cache,
        workers=workers,
        progress=progress,
    )
    return bank


def build_banks(
    graph: Graph,
    ranges: RangeSource,
    inputs: Sequence[npt.NDArray[Any]],
    *,
    methods: Collection[WeightChoice] = DEFAULT_METHODS,
    config: Config | None = None,
    cuts: Sequence[Cut] = (),
    cache: Cache | None = None,
    workers: int = 1,
    progress: ProgressCallback = silent,
) -> list[Bank]:
    """Candidates for every filter by every method.

    Args:
        graph: the float model.
        ranges: its activation ranges under the observers of `config`.
        inputs: real calibration samples, one array (N, …) an input of the model.
        methods: bits and method names, see `RECIPES`; "minmax" needs no bank and is passed over.
        config: the activations' observers; None takes the default one.
        cuts: filters that read some channels only, beside the whole ones.
        cache: where finished methods are kept and looked for; None keeps nothing.
        workers: processes.
        progress: told after each finished job, unit: methods.

    Returns:
        Mapping (filter name, choice) → integers, for `quantize`; behind it one for each cut, of
        the filters that it names.

    Raises:
        UsageError: a method is unknown.
    """
    task = _Task(graph, ranges, config or Config(), inputs, cuts)
    wanted = [m for m in dict.fromkeys(methods) if m.method != "minmax"]
    done: dict[WeightChoice, list[Weights]] = {}
    kept = cache or Cache(None)
    key = content_key(graph, ranges, task.config, inputs)
    keys = [key, *(cut_key(key, cut) for cut in cuts)]
    names = {m: [entry_name(each, m, recipe_for(m)) for each in keys] for m in wanted}
    for method, files in names.items():
        found = [data for data in map(kept.get, files) if data is not None]
        if len(found) == len(files):
            done[method] = [unpacked(data) for data in found]
    jobs = _jobs([method for method in wanted if method not in done])
    progress(Progress("candidates", len(done), len(wanted)))
    for results in _run(task, jobs, workers):
        for method, weights in results.items():
            done[method] = weights
            for name, each in zip(names[method], weights, strict=True):
                kept.put(name, packed(each))
        note = ", ".join(f"int{m.bits}:{m.method}" for m in results)
        progress(Progress("candidates", len(done), len(wanted), note))
    return [_bank({m: done[m][place] for m in wanted}) for place in range(len(keys))]


def _bank(done: dict[WeightChoice, Weights]) -> Bank:
    bank: dict[tuple[str, WeightChoice], QuantizedWeight] = {}
    for method, weights in done.items():
        bank |= {(name, method): weight for name, weight in weights.items()}
    return bank


def _jobs(methods: list[WeightChoice]) -> list[Job]:
    """Long jobs first: each sequential method by itself, those on float inputs together."""
    together = tuple(m for m in methods if recipe_for(m).prefix is Prefix.FLOAT)
    alone: list[Job] = [(m,) for m in methods if m not in together]
    return [*alone, together] if together else alone


def _run(task: _Task, jobs: list[Job], workers: int) -> Iterator[_Found]:
    if not jobs:
        return
    # Each process holds the task's activations once, for all of its jobs.
    with start_workers(min(workers, len(jobs)), _walk, task) as pool:
        for _, results in pool.finished(_compute, [(job,) for job in jobs]):
            yield results


def _walk(task: _Task) -> Walk:
    # One BLAS thread, here and in `_compute`: sums come out the same for any number of workers,
    # and workers do not fight over cores.
    with threadpool_limits(1):
        return Walk(task.graph, task.ranges, task.config, task.inputs, task.cuts)


def _compute(walk: Walk, job: Job) -> _Found:
    with threadpool_limits(1):
        return _solve(walk, job)


def _solve(walk: Walk, job: Job) -> _Found:
    recipes = {method: recipe_for(method) for method in job}
    if recipes[job[0]].prefix is Prefix.FLOAT:
        return walk.on_float_inputs(recipes)
    choices = dict.fromkeys(walk.filters, job[0])
    return {job[0]: walk.on_quantized_inputs(choices, recipes[job[0]])}
