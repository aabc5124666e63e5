"""Which layer of a model loses accuracy in integers, why, and what changes it: no board needed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace

import numpy as np

from mcuq.calibrate import Ranges, Statistics
from mcuq.document import Document
from mcuq.errors import McuqError
from mcuq.graph import Op
from mcuq.interpret.integer import quantize_inputs, run_integer
from mcuq.numeric.tensor import QuantizedTensor
from mcuq.numeric.widths import width_name
from mcuq.pipeline.accuracy import EvaluationScorer, Reals, make_scorer, real_outputs
from mcuq.pipeline.calibrate import calibrated
from mcuq.pipeline.candidates import kept_candidates
from mcuq.pipeline.histograms import stored_histogram
from mcuq.pipeline.load import Loaded, load
from mcuq.pipeline.request import BuildRequest
from mcuq.pipeline.settings import DEBUG, SAMPLES
from mcuq.pipeline.where_lost import spread
from mcuq.progress import Progress, ProgressCallback, announce, silent
from mcuq.ptq.candidates import build_bank
from mcuq.quantize import Config, WeightChoice, quantize
from mcuq.quantize.weights import Bank
from mcuq.quantized import QuantizedGraph
from mcuq.result.accuracy import LayerErrorFigures
from mcuq.result.configuration import StoredHistogram
from mcuq.score.layer_errors import decibels, layer_errors
from mcuq.score.settings import ERRORS


@dataclass(frozen=True)
class TriedChange:
    """A change that was tried.

    Attributes:
        change: the option of `mcuq build` that makes it, or what config.json has to say.
        snr_db: signal to noise of the model's outputs with it, decibels.
        value: the metric with it.
        is_local: whether it changes the suspect alone.
    """

    change: str
    snr_db: float
    value: float
    is_local: bool


@dataclass(frozen=True)
class Suspect:
    """The layer that is looked at closely.

    Attributes:
        index: its number among the layers.
        goes_wrong: whether its own signal to noise is below what a layer in integers has.
        low: least real value that its output's integers reach.
        high: largest.
        histogram: of its output on calibration data.
        reasons: what is odd about it, the likeliest first.
    """

    index: int
    goes_wrong: bool
    low: float
    high: float
    histogram: StoredHistogram
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Debugged:
    """A model in integers beside itself in float.

    Attributes:
        metric: its name.
        samples: evaluation samples that it is taken on.
        float_model: of the float model.
        quantized: of the integers.
        snr_db: signal to noise of the model's outputs, decibels.
        layers: in execution order.
        suspect: the first layer that goes wrong, or the one that adds most noise.
        trials: by the signal to noise of the outputs, the best first: few samples tell more of that
            than of a share of right answers.
    """

    metric: str
    samples: int
    float_model: float
    quantized: float
    snr_db: float
    layers: tuple[LayerErrorFigures, ...]
    suspect: Suspect
    trials: tuple[TriedChange, ...]

    def helpful(self, *, local: bool = False) -> TriedChange | None:
        """What is worth a word: the best change, or the best of the suspect alone, where there is
        something to mend and it gains."""
        if not self.suspect.goes_wrong:
            return None
        gained = (one for one in self.trials if one.snr_db >= self.snr_db + DEBUG.gain_db)
        return next((one for one in gained if one.is_local or not local), None)


DEBUGGED = Document(
    "debug", Debugged, "which layer loses accuracy, why, and what helps", "`mcuq debug --json`"
)


@dataclass(frozen=True)
class _Bench:
    """What every trial needs."""

    loaded: Loaded
    scorer: EvaluationScorer
    ranges: Ranges
    bank: Bank

    def quantized(self, config: Config) -> QuantizedGraph:
        return quantize(self.loaded.graph, self.ranges, config, self.bank)

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
    bench = _Bench(loaded, scorer, ranges, _bank(request, loaded, ranges, config))
    given = loaded.given
    qgraph = bench.quantized(config) if given is None else given.qgraph
    progress(Progress("compare", note="layer by layer"))
    few = spread(data, ERRORS.samples)
    found = layer_errors(loaded.graph, qgraph, few.inputs)
    layers = tuple(LayerErrorFigures(**asdict(layer)) for layer in found)
    suspect = find_suspect(layers, qgraph, statistics)
    snr, value = bench.judged(qgraph)
    # Integers that a model prescribes leave nothing to be tried.
    changes = () if given is not None else _changes(config, qgraph, layers[suspect.index])
    return Debugged(
        metric=loaded.metric.name,
        samples=len(data),
        float_model=scorer.float_model.value,
        quantized=value,
        snr_db=snr,
        layers=layers,
        suspect=suspect,
        trials=_tried(bench, changes, progress),
    )


def _config(request: BuildRequest, loaded: Loaded) -> Config:
    base = request.scheme.config
    if loaded.prescribed is not None:
        return loaded.prescribed
    if request.fixed is None:
        return base
    return replace(base, default_weight=replace(request.fixed, per=request.scheme.weights_per))


def _bank(request: BuildRequest, loaded: Loaded, ranges: Ranges, config: Config) -> Bank:
    """Integers of the filters that rounding alone does not give."""
    return build_bank(
        loaded.graph,
        ranges,
        loaded.calibration.take(SAMPLES.candidates).inputs,
        methods=sorted({config.weight(name) for name in loaded.graph.weights}),
        config=request.scheme.config,
        cache=kept_candidates(),
        workers=request.workers,
    )


def _outputs_snr(reference: Reals, outputs: Reals) -> float:
    """Over all outputs together."""
    pairs = [
        (wanted.astype(np.float64), found.astype(np.float64))
        for wanted, found in zip(reference, outputs, strict=True)
    ]
    signal = sum(float((wanted**2).sum()) for wanted, _ in pairs)
    return decibels(signal, sum(float(((a - b) ** 2).sum()) for a, b in pairs))


def _own(layer: LayerErrorFigures) -> float:
    return layer.snr_db if layer.own_snr_db is None else layer.own_snr_db


def find_suspect(
    layers: tuple[LayerErrorFigures, ...],
    qgraph: QuantizedGraph,
    statistics: Mapping[str, Statistics],
) -> Suspect:
    """The layer to look at: the first that goes wrong, else the one that adds most noise.

    Args:
        layers: as `layer_errors` found them.
        qgraph: the model in integers.
        statistics: of every activation, on calibration data.
    """
    wrong = (i for i, layer in enumerate(layers) if _own(layer) < ERRORS.wrong_db)
    index = next(wrong, min(range(len(layers)), key=lambda i: _own(layers[i])))
    layer = layers[index]
    tensor, seen = qgraph.tensors[layer.name], statistics[layer.name]
    low, high = reach(tensor)
    return Suspect(
        index=index,
        goes_wrong=_own(layer) < ERRORS.wrong_db,
        low=low,
        high=high,
        histogram=stored_histogram(seen.histogram),
        reasons=tuple(_reasons(layer, qgraph, seen)),
    )


def reach(tensor: QuantizedTensor) -> tuple[float, float]:
    """Real values of the lowest and the highest integer of a tensor."""
    half = 1 << (tensor.bits - 1)
    scale = float(tensor.scale[0])
    return scale * (-half - tensor.zero_point), scale * (half - 1 - tensor.zero_point)


def _reasons(layer: LayerErrorFigures, qgraph: QuantizedGraph, seen: Statistics) -> Iterator[str]:
    """What is odd about a layer, in words."""
    bits = _filter_bits(qgraph, layer.name)
    if layer.clipped >= DEBUG.clipped:
        yield (
            f"{layer.clipped:.1%} of its values on evaluation samples lie beyond its range: "
            "calibration has not seen such samples, or the observer cuts them"
        )
    if bits is not None and bits < 8:
        yield f"its filter is {width_name(bits)}"
    if layer.worst_channel_snr_db is not None:
        behind = layer.snr_db - layer.worst_channel_snr_db
        if behind >= DEBUG.behind_db:
            yield (
                f"channel {layer.worst_channel} is {behind:.0f} dB worse than the whole: its "
                "values are small, and all channels share one step"
            )
    used = _used(seen)
    if used <= DEBUG.used:
        yield (
            f"{DEBUG.usual:.1%} of its values lie within {used:.0%} of the range that calibration "
            "saw: a few large ones make the step coarse"
        )


def _op(qgraph: QuantizedGraph, output: str) -> Op:
    return next(op for op in qgraph.ops if op.output == output)


def _filter_bits(qgraph: QuantizedGraph, output: str) -> int | None:
    op = _op(qgraph, output)
    return qgraph.tensors[op.inputs[1]].bits if op.kind.weighted else None


def _used(seen: Statistics) -> float:
    """Share of the largest magnitude within which the usual values lie."""
    histogram = seen.histogram
    magnitudes = np.abs(histogram.centers)
    order = np.argsort(magnitudes, kind="stable")
    within = np.cumsum(histogram.counts[order])
    place = int(np.searchsorted(within, DEBUG.usual * within[-1]))
    largest = max(abs(seen.low), abs(seen.high))
    return min(1.0, float(magnitudes[order][place]) / largest) if largest > 0 else 1.0


@dataclass(frozen=True)
class _Change:
    """Words of a change, the configuration with it, and whether it is of one layer."""

    words: str
    config: Config
    is_local: bool = False


def _changes(
    config: Config, qgraph: QuantizedGraph, layer: LayerErrorFigures
) -> tuple[_Change, ...]:
    return (
        *_wider_filters(config, qgraph, layer),
        *_other_observers(config),
        *_wider_activations(config, layer),
    )


def _wider_filters(
    config: Config, qgraph: QuantizedGraph, layer: LayerErrorFigures
) -> Iterator[_Change]:
    eight = WeightChoice(per=config.default_weight.per)
    bits = _filter_bits(qgraph, layer.name)
    if bits is not None and bits < 8:
        name = _op(qgraph, layer.name).inputs[1]
        wider = replace(config, weights={**config.weights, name: eight})
        yield _Change(f"{name} in int8 (--config)", wider, is_local=True)
    if any(qgraph.tensors[one.inputs[1]].bits < 8 for one in qgraph.ops if one.kind.weighted):
        yield _Change("--bits 8", replace(config, weights={}, default_weight=eight))


def _other_observers(config: Config) -> Iterator[_Change]:
    for observer in DEBUG.observers:
        if observer != config.default_observer or config.observers:
            other = replace(config, observers={}, default_observer=observer)
            yield _Change(f"--observer {observer}", other)


def _wider_activations(config: Config, layer: LayerErrorFigures) -> Iterator[_Change]:
    if config.activation_bits != 8:
        return
    if layer.name not in config.wide:
        wide = replace(config, wide=(*config.wide, layer.name))
        yield _Change(f"--wide {layer.name}", wide, is_local=True)
    yield _Change("--activation-bits 16", replace(config, wide=(), activation_bits=16))


def _tried(
    bench: _Bench, changes: Sequence[_Change], progress: ProgressCallback
) -> tuple[TriedChange, ...]:
    """What cannot be built is left out."""
    found = []
    for number, change in enumerate(changes):
        progress(Progress("try", number, len(changes), change.words))
        try:
            snr, value = bench.judged(bench.quantized(change.config))
        except McuqError:
            # Not every operator has every width.
            continue
        found.append(TriedChange(change.words, snr, value, change.is_local))
    return tuple(sorted(found, key=lambda one: -one.snr_db))
