"""Scores candidates on all cores; the same losses on any number of workers."""

from __future__ import annotations

import itertools
import multiprocessing
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from types import TracebackType

from mcuq.emit.tflite import tflite_bytes
from mcuq.evaluate.ranking import Ranker
from mcuq.graph import Graph
from mcuq.pipeline.space import ModelSpace
from mcuq.quantize import QuantizedGraph, quantize
from mcuq.quantize.activations import RangeSource
from mcuq.quantize.weights import Bank
from mcuq.search import Genome


@dataclass(frozen=True)
class Candidates:
    """All that turns a genome into a quantized graph; picklable."""

    graph: Graph
    ranges: RangeSource
    bank: Bank | None
    space: ModelSpace

    def quantize(self, genome: Genome) -> QuantizedGraph:
        return quantize(self.graph, self.ranges, self.space.config(genome), self.bank)


def serialize_for_ranking(qgraph: QuantizedGraph) -> bytes:
    """int4 values in int8 tensors: what LiteRT runs fastest."""
    return tflite_bytes(qgraph, packed_int4=False)


class Scorer:
    """Mean loss of genomes, in worker processes where more than one is asked for.

    A context manager; workers end with it.
    """

    def __init__(self, candidates: Candidates, ranker: Ranker, workers: int) -> None:
        self._candidates = candidates
        self._ranker = ranker
        self._pool: ProcessPoolExecutor | None = None
        if workers > 1:
            self._pool = ProcessPoolExecutor(
                workers,
                mp_context=multiprocessing.get_context("spawn"),
                initializer=_start_worker,
                initargs=(candidates, ranker),
            )

    def __enter__(self) -> Scorer:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    def __call__(self, genomes: Sequence[Genome], span: tuple[int, int]) -> list[float]:
        """Losses over the samples `span` = (first, one past the last), in the genomes' order."""
        if self._pool is None:
            return [_mean_loss(self._candidates, self._ranker, g, span) for g in genomes]
        return list(self._pool.map(_score_in_worker, genomes, itertools.repeat(span)))


def _mean_loss(
    candidates: Candidates, ranker: Ranker, genome: Genome, span: tuple[int, int]
) -> float:
    return float(ranker.losses(candidates.quantize(genome), span).mean())


_score: Callable[[Genome, tuple[int, int]], float]
"""Set once in each worker process."""


def _start_worker(candidates: Candidates, ranker: Ranker) -> None:
    global _score
    _score = partial(_mean_loss, candidates, ranker)


def _score_in_worker(genome: Genome, span: tuple[int, int]) -> float:
    return _score(genome, span)
