"""Compare every layer, look at one of them, and try what may help."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

import numpy as np

from mcuq.blocks import split, whole_name
from mcuq.calibrate import Ranges
from mcuq.errors import McuqError
from mcuq.graph import Graph
from mcuq.interpret.integer import quantize_inputs, run_integer
from mcuq.lower import lower
from mcuq.pipeline.accuracy import EvaluationScorer, Reals, make_scorer, real_outputs
from mcuq.pipeline.calibrate import calibrated
from mcuq.pipeline.candidates import bank_of
from mcuq.pipeline.debug.changes import WorthTrying, changes
from mcuq.pipeline.debug.result import Debugged, TriedChange
from mcuq.pipeline.debug.suspect import find_suspect
from mcuq.pipeline.load import Loaded, load
from mcuq.pipeline.pruning import prescribed
from mcuq.pipeline.request import BuildRequest
from mcuq.pipeline.settings import DEBUG
from mcuq.pipeline.where_lost import spread
from mcuq.progress import Progress, ProgressCallback, announce, silent
from mcuq.quantize import Config, quantize
from mcuq.quantize.weights import Bank
from mcuq.quantized import QuantizedGraph
from mcuq.result.accuracy import LayerErrorFigures
from mcuq.score.layer_errors import decibels, layer_errors
from mcuq.score.settings import ERRORS


@dataclass(frozen=True)
class _Bench:
    """What every trial needs."""

    graph: Graph
    scorer: EvaluationScorer
    ranges: Ranges
    bank: Bank

    def quantized(self, config: Config) -> QuantizedGraph:
        return quantize(self.graph, self.ranges, config, self.bank)

    def judged(self, qgraph: QuantizedGraph) -> tuple[float, float]:
        """Signal to noise of the outputs, and the metric."""
        data = self.scorer.data
        outputs = real_outputs(qgraph, run_integer(qgraph, quantize_inputs(qgraph, data.inputs)))
        return _outputs_snr(self.scorer.reference, outputs), self.scorer.of(outputs).value


def debug(request: BuildRequest, progress: ProgressCallback = silent) -> Debugged:
    """Compare every layer, look at one of them, and try what may help.

    Args:
        request: model, samples and configuration: `config`, `fixed`, or plain int8; budget and
            board are not looked at.

    Raises:
        InputError, UsageError: something the request names cannot be used.
    """
    progress(Progress("load"))
    loaded = load(request)
    announce("load", loaded.findings, progress, strict=request.strict)
    data = spread(loaded.evaluation, DEBUG.samples)
    scorer = make_scorer(loaded.graph, data, loaded.metric)
    statistics, ranges, _ = calibrated(request, loaded, progress)
    config = _config(request, loaded)
    variant = prescribed(loaded.graph, config, loaded.calibration)
    bank = bank_of(variant.graph, config, request, loaded.calibration, ranges)
    bench = _Bench(variant.graph, scorer, ranges, bank)
    given = loaded.given
    qgraph = bench.quantized(config) if given is None else given.qgraph
    progress(Progress("compare", note="layer by layer"))
    few = spread(data, ERRORS.samples)
    found = layer_errors(loaded.graph, qgraph, few.inputs, variant.kept)
    layers = tuple(LayerErrorFigures(**asdict(layer)) for layer in found)
    suspect = find_suspect(layers, qgraph, statistics)
    snr, value = bench.judged(qgraph)
    # Integers that a model prescribes leave nothing to be tried.
    worth_trying = () if given is not None else changes(config, qgraph, layers[suspect.index])
    return Debugged(
        metric=loaded.metric.name,
        samples=len(data),
        float_model=scorer.float_model.value,
        quantized=value,
        snr_db=snr,
        layers=layers,
        numbers=tuple(map(_call_numbers(qgraph).get, (layer.name for layer in layers))),
        suspect=suspect,
        trials=_tried(bench, worth_trying, progress),
    )


def _call_numbers(qgraph: QuantizedGraph) -> dict[str, int]:
    """Output of an operator → number of its first kernel call."""
    numbers: dict[str, int] = {}
    for number, call in enumerate(lower(split(qgraph)).calls):
        numbers.setdefault(whole_name(call.op.output), number)
    return numbers


def _config(request: BuildRequest, loaded: Loaded) -> Config:
    base = request.scheme.config
    if loaded.prescribed is not None:
        return loaded.prescribed
    if request.fixed is None:
        return base
    return replace(base, default_weight=replace(request.fixed, per=request.scheme.weights_per))


def _outputs_snr(reference: Reals, outputs: Reals) -> float:
    """Over all outputs together."""
    pairs = [
        (wanted.astype(np.float64), found.astype(np.float64))
        for wanted, found in zip(reference, outputs, strict=True)
    ]
    signal = sum(float((wanted**2).sum()) for wanted, _ in pairs)
    return decibels(signal, sum(float(((a - b) ** 2).sum()) for a, b in pairs))


def _tried(
    bench: _Bench, worth_trying: Sequence[WorthTrying], progress: ProgressCallback
) -> tuple[TriedChange, ...]:
    """What cannot be built is left out."""
    found = []
    for number, change in enumerate(worth_trying):
        progress(Progress("try", number, len(worth_trying), change.words))
        try:
            snr, value = bench.judged(bench.quantized(change.config))
        except McuqError:
            # Not every operator has every width.
            continue
        found.append(TriedChange(change.words, snr, value, change.is_local))
    return tuple(sorted(found, key=lambda one: -one.snr_db))
