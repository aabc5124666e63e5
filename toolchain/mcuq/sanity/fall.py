"""A large fall from the float model to integers."""

from __future__ import annotations

from mcuq.findings import Finding, about_data
from mcuq.sanity.settings import RESULTS
from mcuq.score.intervals import change
from mcuq.score.metrics import Metric
from mcuq.score.scores import Score


def fall_findings(
    metric: Metric, before: Score, after: Score, spread: float, what: str
) -> tuple[Finding, ...]:
    """Whether integers cost much, beyond what the samples' number explains.

    Args:
        before, after: of the float model and of `what`.
        spread: variance of the float model's outputs.
    """
    lost = metric.worth(before.value) - metric.worth(after.value)
    paired = change(before, after)
    if paired is not None and paired.interval.low <= 0.0 <= paired.interval.high:
        return ()
    if lost < _most_lost(metric, before, spread) or lost <= 0.0:
        return ()
    verb = "falls" if metric.higher_is_better else "rises"
    error = ""
    if paired is not None:
        error = f" (95 %: {paired.interval.low:+.4g} to {paired.interval.high:+.4g})"
    return (
        about_data(
            "large-fall",
            f"{metric.name} {verb} from {before.value:.4g} (float) to {after.value:.4g} ({what})"
            + error,
            "mcuq debug names the layer and tries changes; calibrate on samples as in use, or try "
            "--wide or --activation-bits 16" + ("" if what == "int8" else ", or more bits"),
        ),
    )


def _most_lost(metric: Metric, before: Score, spread: float) -> float:
    if metric.name in RESULTS.fall:
        return RESULTS.fall[metric.name]
    if metric.name == "mse":
        return RESULTS.fall_of_variance * spread
    return RESULTS.fall_of_value * abs(before.value)
