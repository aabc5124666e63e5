"""Why a result is as it is, in sentences: what `-v` adds to a build's summary."""

from __future__ import annotations

from mcuq.report.wording import metric_value
from mcuq.result.manifest import Manifest


def reasons(manifest: Manifest) -> list[str]:
    """How the configuration was found, and how far the predictions were right."""
    return [*_search(manifest), *_compared(manifest), *_sizes(manifest)]


def _search(manifest: Manifest) -> list[str]:
    search = manifest.search
    if search.evaluations == 0:
        return [f"no search: the configuration was {search.method}"]
    fits = "fits" if search.int8_fits else "does not fit"
    lines = [
        f"plain int8 {fits} the budget; its search loss is {search.int8_loss:.4g}",
        f"search: {search.method} scored {search.evaluations:,} of {_size(search.space_size)} "
        f"configurations, {search.budget:,} at most; loss {search.loss:.4g}",
    ]
    if search.refined_from is not None and search.refined_to is not None:
        verdict = "taken" if search.refined_to < search.refined_from else "no better, not taken"
        lines.append(
            f"refinement: divergence {search.refined_from:.4g} → {search.refined_to:.4g} "
            f"on samples kept back: {verdict}"
        )
    if search.latency_error_worst is not None:
        lines.append(
            f"{search.measured} candidates counted on boards: the estimate was off by "
            f"{search.latency_error_worst:.2%} at most"
        )
    return lines


def _size(digits: str) -> str:
    """Of a number that may have hundreds of digits."""
    return f"{int(digits):,}" if len(digits) < 8 else f"10^{len(digits) - 1}"


def _compared(manifest: Manifest) -> list[str]:
    front = [one.accuracy for one in manifest.compared if one.role in ("candidate", "chosen")]
    if len(front) < 2:
        return []
    low, high = (metric_value(manifest, value) for value in (min(front), max(front)))
    return [f"{manifest.result.metric} over the front: {low} to {high}"]


def _sizes(manifest: Manifest) -> list[str]:
    result = manifest.result
    return [
        f"flash: {result.predicted_flash_bytes:,} B predicted, {result.flash_bytes:,} B linked; "
        f"RAM: {result.predicted_ram_bytes:,} B predicted, {result.ram_bytes:,} B linked",
        f"arena: {result.arena_bytes:,} B; no plan takes less than "
        f"{manifest.arena_lower_bound:,} B",
        *_states(manifest),
    ]


def _states(manifest: Manifest) -> list[str]:
    kept = manifest.state_bytes
    return [f"states: {kept:,} B beside the arena, kept from run to run"] if kept else []
