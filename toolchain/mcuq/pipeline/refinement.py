"""Refinement: once the bits have settled, the chosen filters are solved anew, together.

A candidate was fitted to a model with one recipe throughout. In the mix that the search chose,
every layer sees other inputs: `mcuq.ptq.refine` fits the filters to those, then trains their
rounding against the float model's outputs. Samples that the search kept back decide whether the
result is taken.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain

import numpy as np
import numpy.typing as npt

from mcuq.data import Dataset
from mcuq.graph import Graph
from mcuq.interpret.samples import Rows
from mcuq.pipeline.scoring import Candidates, Span, split
from mcuq.pipeline.search import make_ranker
from mcuq.pipeline.settings import REFINEMENT, SAMPLES
from mcuq.progress import Progress, ProgressCallback
from mcuq.ptq.refine import Refinement, RefineSettings, refine
from mcuq.search import Genome

Floats = npt.NDArray[np.float32]
Inputs = Sequence[Floats]


def refine_chosen(
    candidates: Candidates,
    genome: Genome,
    calibration: Dataset,
    search: Dataset,
    progress: ProgressCallback,
) -> Refinement:
    """Refine the chosen genome; never worse on the samples kept back from the search.

    Where few are kept back their loss is noise: what does much worse on the other search samples,
    which it was even trained on, is not taken either.

    Args:
        calibration: what the filters were fitted to; trained on together with the search's own,
            without what is kept back.
        search: the search samples; the last fifth was kept back.
    """
    progress(Progress("refine", note="the chosen filters, together"))
    rungs = split(len(search))
    variant = candidates.variant(genome)
    first = calibration.take(SAMPLES.candidates).inputs
    most = _most(candidates.graph, len(first[0]))
    held_back = _part(search.inputs, rungs.holdout)
    inputs = _joined(first, _part(search.inputs, rungs.full), held_back, most)
    settings = RefineSettings()
    if len(inputs[0]) > REFINEMENT.many:
        settings = replace(settings, epochs=REFINEMENT.passes_over_many)
    config = candidates.space.config(genome)
    refined = refine(
        variant.graph,
        candidates.ranges,
        config,
        inputs,
        held_back,
        bank=variant.bank,
        teacher=candidates.graph,
        settings=settings,
        progress=progress,
    )
    given = candidates.quantize(genome)
    ranker = make_ranker(candidates.graph, search, exact=True)
    before, after = (ranker.losses(q, rungs.full).mean() for q in (given, refined.qgraph))
    if after > REFINEMENT.much_worse * before:
        return Refinement(config, variant.bank, given, refined.before, refined.before)
    return refined


def _part(inputs: Inputs, span: Span) -> list[Floats]:
    return [x[span[0] : span[1]] for x in inputs]


def _most(graph: Graph, least: int) -> int:
    largest = max(tensor.size for tensor in graph.tensors.values() if tensor.data is None)
    affordable = REFINEMENT.activation_bytes // (4 * largest)
    return max(least, min(REFINEMENT.samples, affordable))


def _joined(first: Inputs, second: Inputs, held_back: Inputs, most: int) -> list[Rows]:
    """Both sets of samples, each sample once, at most `most`: calibration often is a part of the
    search data. What is kept back is left out wherever it comes from, unless nothing else is there:
    samples that were trained on do not tell when training begins to do harm."""
    once: dict[bytes, int] = {}
    for number, digest in enumerate(chain(_digests(first), _digests(second))):
        once.setdefault(digest, number)
    judges = set(_digests(held_back))
    others = [number for digest, number in once.items() if digest not in judges]
    kept = (others or list(once.values()))[:most]
    return [Rows(pair, kept) for pair in zip(first, second, strict=True)]


def _digests(inputs: Inputs) -> Iterator[bytes]:
    """Of each sample."""
    for sample in zip(*inputs, strict=True):
        digest = hashlib.blake2b(digest_size=16)
        for x in sample:
            digest.update(x.tobytes())
        yield digest.digest()
