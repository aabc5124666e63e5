"""What looks wrong between the stages of a build, said as soon as it is known."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from mcuq.calibrate import Ranges, Statistics
from mcuq.data import Dataset
from mcuq.findings import Finding
from mcuq.graph import Graph
from mcuq.interpret.float import run_float
from mcuq.pipeline.accuracy import EvaluationScorer
from mcuq.pipeline.load import Loaded
from mcuq.quantized import QuantizedGraph
from mcuq.sanity.clipped import clipped_findings
from mcuq.sanity.fall import fall_findings
from mcuq.sanity.float_model import Trial, float_model_findings
from mcuq.score.answers import Predictions, predictions_of
from mcuq.score.scores import Score


def float_findings(scorer: EvaluationScorer) -> tuple[Finding, ...]:
    """About the float model on the evaluation samples."""

    def predict(data: Dataset) -> Predictions:
        return _predictions(scorer.graph, data)

    return float_model_findings(
        scorer.metric,
        scorer.predictions(scorer.reference),
        scorer.float_model,
        Trial(scorer.metric, scorer.data, predict),
    )


def range_findings(
    loaded: Loaded, statistics: Mapping[str, Statistics], ranges: Ranges
) -> tuple[Finding, ...]:
    """About evaluation samples beyond what calibration has seen; scales apart are known by then."""
    said = {finding.code for finding in loaded.findings}
    if (
        said & {"ranges-apart", "constant-data", "cut-fractions"}
        or loaded.evaluation is loaded.calibration
    ):
        return ()
    seen = max(one.samples for one in statistics.values())
    return clipped_findings(loaded.graph, ranges, loaded.evaluation, seen)


def int8_findings(scorer: EvaluationScorer, plain: QuantizedGraph) -> tuple[Finding, ...]:
    """About plain int8, which every other choice is seen beside."""
    return _falls(scorer, scorer.of_model(plain), "int8")


def built_findings(
    scorer: EvaluationScorer, built: Score, known: tuple[Finding, ...]
) -> tuple[Finding, ...]:
    """About what was built, where plain int8 did not show it already."""
    if any(finding.code == "large-fall" for finding in known):
        return ()
    return _falls(scorer, built, "built")


def _falls(scorer: EvaluationScorer, score: Score, what: str) -> tuple[Finding, ...]:
    spread = float(np.mean([np.var(x, dtype=np.float64) for x in scorer.reference]))
    return fall_findings(scorer.metric, scorer.float_model, score, spread, what)


def _predictions(graph: Graph, data: Dataset) -> Predictions:
    values = run_float(graph, data.inputs)
    outputs = tuple(values[name] for name in graph.outputs)
    return predictions_of(graph, data, outputs, outputs)
