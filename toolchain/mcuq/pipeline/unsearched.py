"""Configurations without a search: one choice for every filter, a file's, or the model as it is."""

from __future__ import annotations

from dataclasses import replace

from mcuq.calibrate import Ranges
from mcuq.cost import CostTable
from mcuq.errors import BudgetError
from mcuq.numeric.widths import width_name
from mcuq.pipeline.advice import budget_hint
from mcuq.pipeline.candidates import bank_of, weight_candidates
from mcuq.pipeline.costing import cost_table
from mcuq.pipeline.found import Found, first_sample, whole_cost
from mcuq.pipeline.load import Loaded
from mcuq.pipeline.prequantized import Prequantized
from mcuq.pipeline.profile import ProfileTarget
from mcuq.pipeline.pruning import prescribed
from mcuq.pipeline.request import BuildRequest
from mcuq.pipeline.result import SearchSummary
from mcuq.pipeline.scheme import Scheme
from mcuq.pipeline.search import describe, excess, make_ranker
from mcuq.quantize import Config, WeightChoice, quantize
from mcuq.quantized import QuantizedGraph
from mcuq.search import Limits

_QUANTIZED = "the model as it is quantized"


def fixed(
    request: BuildRequest,
    choice: WeightChoice,
    loaded: Loaded,
    target: ProfileTarget,
    ranges: Ranges,
    int8: QuantizedGraph,
) -> Found:
    """No search: every filter takes `choice`."""
    base = request.scheme.config
    _, bank = weight_candidates(
        loaded.graph, ranges, loaded.calibration, methods=(choice,), config=base
    )
    config = replace(base, default_weight=replace(choice, per=request.scheme.weights_per))
    given = Prequantized(quantize(loaded.graph, ranges, config, bank), config)
    return only("fixed", request.scheme, given, loaded, target, int8)


def configured(
    request: BuildRequest,
    config: Config,
    loaded: Loaded,
    target: ProfileTarget,
    ranges: Ranges,
    int8: QuantizedGraph,
) -> Found:
    """No search: every tensor takes what the file says."""
    variant = prescribed(loaded.graph, config, loaded.calibration)
    graph = variant.graph
    bank = bank_of(graph, config, request, loaded.calibration, ranges)
    given = Prequantized(quantize(graph, ranges, config, bank), config)
    found = only("given", request.scheme, given, loaded, target, int8)
    return replace(found, variant=variant if config.dropped else None)


def only(
    method: str,
    scheme: Scheme,
    given: Prequantized,
    loaded: Loaded,
    target: ProfileTarget,
    int8: QuantizedGraph,
) -> Found:
    """No search: the one quantization there is, if it fits."""
    qgraph, narrowest = scheme.deployed(given.qgraph), given.narrowest
    sample = first_sample(qgraph, loaded.calibration)
    own = None
    if any(tensor.narrow for tensor in qgraph.tensors.values()):
        # Its calls are others than those of the model whose filters have one width.
        table = cost_table(target, {8: scheme.deployed(int8)}, sample)
        own = cost_table(target, {narrowest: qgraph}, sample)
    else:
        table = cost_table(target, {8: scheme.deployed(int8), narrowest: qgraph}, sample)
    throughout = f"{width_name(narrowest)} throughout"
    _check_fits(
        throughout if method == "fixed" else _QUANTIZED, own or table, narrowest, loaded.limits
    )
    ranker = make_ranker(loaded.graph, loaded.search, exact=True)
    span = (0, len(loaded.search))
    losses = (float(ranker.losses(one, span).mean()) for one in (given.qgraph, int8))
    summary = _summary(method, table, *losses)
    return Found(given.config, qgraph, table, summary, own_table=own)


def as_is(scheme: Scheme, given: Prequantized, loaded: Loaded, target: ProfileTarget) -> Found:
    """No search and nothing beside it: int8 baselines would need calibration data."""
    qgraph, narrowest = scheme.deployed(given.qgraph), given.narrowest
    sample = first_sample(qgraph, loaded.evaluation)
    int8 = scheme.deployed(_stored_in_int8(given.qgraph))
    table = cost_table(target, {8: int8, narrowest: qgraph}, sample)
    _check_fits(_QUANTIZED, table, narrowest, loaded.limits)
    return Found(given.config, qgraph, table, _summary("given", table))


def _stored_in_int8(qgraph: QuantizedGraph) -> QuantizedGraph:
    """The same integers, each of a filter in a byte of its own."""
    filters = {op.inputs[1] for op in qgraph.ops if op.kind.weighted}
    widened = {name: replace(qgraph.tensors[name], bits=8) for name in filters}
    return replace(qgraph, tensors={**qgraph.tensors, **widened})


def _check_fits(what: str, table: CostTable, bits: int, limits: Limits) -> None:
    cost = whole_cost(table, bits)
    over = excess(cost, limits)
    if over:
        raise BudgetError(
            f"{what} ({describe(cost)}) exceeds the budget: {over}",
            budget_hint(
                cost, limits, "raise the budget, use fewer bits, or let mcuq build search a mix"
            ),
        )


def _summary(
    method: str, table: CostTable, loss: float | None = None, int8_loss: float | None = None
) -> SearchSummary:
    """Of a configuration that was not searched."""
    return SearchSummary(
        method=method,
        evaluations=0,
        budget=0,
        space_size=1,
        loss=loss,
        int8_loss=int8_loss,
        int8_cost=whole_cost(table, 8),
        front=(),
        curve=(),
        labels=(),
        singles={},
    )
