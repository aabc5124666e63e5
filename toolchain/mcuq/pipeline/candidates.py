"""The choices each filter has, and their precomputed integers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from mcuq.calibrate import Ranges
from mcuq.data import Dataset
from mcuq.graph import Graph
from mcuq.pipeline.pruning import Cut
from mcuq.pipeline.request import BuildRequest
from mcuq.pipeline.settings import SAMPLES
from mcuq.progress import ProgressCallback, silent
from mcuq.ptq.candidates import build_bank, build_banks
from mcuq.ptq.candidates.recipe import methods_for
from mcuq.quantize import Config, WeightChoice
from mcuq.quantize.weights import Bank, QuantizedWeight, channel_axis, quantize_weight
from mcuq_hil.cache import Cache, cache_folder


def kept_candidates() -> Cache:
    """Where candidates are kept between runs: $XDG_CACHE_HOME/mcuq/candidates."""
    return Cache(cache_folder("candidates"))


def weight_candidates(
    graph: Graph,
    ranges: Ranges,
    data: Dataset,
    *,
    methods: Sequence[WeightChoice] | None = None,
    widths: Sequence[int] = (8, 4),
    config: Config | None = None,
    workers: int = 1,
    progress: ProgressCallback = silent,
) -> tuple[dict[str, tuple[WeightChoice, ...]], Bank]:
    """For each filter its choices, the reference (plain int8) first, and the bank behind them.

    `methods` None takes what suits `widths`, of which the first is the reference. `config` says
    what the filters' scales belong to and how activations are quantized.
    """
    choices, (bank,) = cut_candidates(
        graph,
        ranges,
        data,
        (),
        methods=methods,
        widths=widths,
        config=config,
        workers=workers,
        progress=progress,
    )
    return choices, bank


def cut_candidates(
    graph: Graph,
    ranges: Ranges,
    data: Dataset,
    cuts: Sequence[Cut],
    *,
    methods: Sequence[WeightChoice] | None = None,
    widths: Sequence[int] = (8, 4),
    config: Config | None = None,
    workers: int = 1,
    progress: ProgressCallback = silent,
) -> tuple[dict[str, tuple[WeightChoice, ...]], tuple[Bank, ...]]:
    """As `weight_candidates`, and behind the bank one for each of `cuts`, which lacks the plain
    choices."""
    config = config or Config()
    per = config.default_weight.per
    methods = [replace(c, per=per) for c in (methods_for(widths) if methods is None else methods)]
    bank, *others = build_banks(
        graph,
        ranges,
        data.take(SAMPLES.candidates).inputs,
        methods=methods,
        config=config,
        cuts=cuts,
        cache=kept_candidates(),
        workers=workers,
        progress=progress,
    )
    plain = [WeightChoice(bits, per=per) for bits in widths]
    strong = [choice for choice in methods if choice not in plain]
    choices = dict.fromkeys(graph.weights, (*plain, *strong))
    return choices, ({**_plain_ones(graph, plain), **bank}, *others)


def bank_of(
    graph: Graph, config: Config, request: BuildRequest, calibration: Dataset, ranges: Ranges
) -> Bank:
    """Integers of the filters of a configuration that rounding alone does not give."""
    return build_bank(
        graph,
        ranges,
        calibration.take(SAMPLES.candidates).inputs,
        methods=sorted({part for name in graph.weights for part in config.weight(name).parts}),
        config=request.scheme.config,
        cache=kept_candidates(),
        workers=request.workers,
    )


def _plain_ones(graph: Graph, plain: Sequence[WeightChoice]) -> Bank:
    """Min-max filters: cheap, but not for every candidate of a search anew."""
    bank: dict[tuple[str, WeightChoice], QuantizedWeight] = {}
    for op in graph.ops:
        if op.kind.weighted and (data := graph.tensors[op.inputs[1]].data) is not None:
            for choice in plain:
                axis = channel_axis(op.kind, choice.per)
                weight = quantize_weight(op.inputs[1], data, choice, axis, None)
                bank.setdefault((op.inputs[1], choice), weight)
    return bank
