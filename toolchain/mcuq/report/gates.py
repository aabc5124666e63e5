"""Limits that a result must keep, and what got worse since an earlier one."""

from __future__ import annotations

from dataclasses import dataclass

from mcuq.pipeline.gates import Gates
from mcuq.pipeline.settings import ADVICE
from mcuq.report.latency import digits, milliseconds
from mcuq.report.wording import metric_value
from mcuq.result.manifest import Manifest
from mcuq.score.metrics import is_share
from mcuq.units import format_bytes, format_count

ESTIMATED_CYCLES = "cycles (estimated)"
ESTIMATED_MS = "ms (estimated)"
ESTIMATED_UJ = "µJ (estimated)"


@dataclass(frozen=True)
class Figure:
    """A number of a result that has a better and a worse direction."""

    name: str
    value: float
    text: str
    higher_is_better: bool = False

    def worse_than(self, limit: float) -> bool:
        """Whether it lies on the wrong side of `limit`."""
        return self.value < limit if self.higher_is_better else self.value > limit


def compared_figures(manifest: Manifest) -> dict[str, Figure]:
    """What gates and comparisons look at, by name. Counts are there only where measured."""
    result = manifest.result
    figures = [
        *metric_figure(manifest),
        Figure("flash", result.flash_bytes, format_bytes(result.flash_bytes)),
        Figure("weights", result.weight_bytes, format_bytes(result.weight_bytes)),
        Figure("RAM", result.ram_bytes, format_bytes(result.ram_bytes)),
        Figure("arena", result.arena_bytes, format_bytes(result.arena_bytes)),
    ]
    count = result.instructions if result.instructions is not None else result.cycles
    if count is not None:
        figures.append(Figure(manifest.device.unit, count, format_count(count)))
    measured = milliseconds(manifest, result.cycles)
    if measured is not None:
        figures.append(Figure("ms", measured, digits(measured)))
    figures += estimated_figures(manifest)
    return {figure.name: figure for figure in figures}


def estimated_figures(manifest: Manifest) -> list[Figure]:
    """Under names of their own: an estimate is never set against what was measured."""
    result = manifest.result
    figures = []
    if result.cycles_estimated is not None:
        text = format_count(result.cycles_estimated)
        figures.append(Figure(ESTIMATED_CYCLES, result.cycles_estimated, text))
    for name, value in ((ESTIMATED_MS, result.ms_estimated), (ESTIMATED_UJ, result.uj_estimated)):
        if value is not None:
            figures.append(Figure(name, value, digits(value)))
    return figures


def metric_figure(manifest: Manifest) -> list[Figure]:
    """The metric of what was built, where it was measured."""
    result = manifest.result
    if result.quantized is None:
        return []
    text = metric_value(manifest, result.quantized)
    return [Figure(result.metric, result.quantized, text, result.higher_is_better)]


def limits(manifest: Manifest, gates: Gates) -> list[tuple[str, float]]:
    """Name of a figure, and the gate that it must keep."""
    is_measured = manifest.result.cycles is not None
    pairs = (
        ("flash", gates.max_flash),
        ("RAM", gates.max_ram),
        (manifest.result.metric, gates.min_accuracy),
        (manifest.device.unit, gates.max_instructions),
        ("cycles" if is_measured else ESTIMATED_CYCLES, gates.most_cycles),
        ("ms" if is_measured else ESTIMATED_MS, gates.most_ms),
        (ESTIMATED_UJ, gates.max_uj),
    )
    return [(name, limit) for name, limit in pairs if limit is not None]


def broken_gates(manifest: Manifest, gates: Gates) -> list[str]:
    """One sentence for every gate that does not hold."""
    figures = compared_figures(manifest)
    broken = []
    for name, limit in limits(manifest, gates):
        figure = figures.get(name)
        if figure is None:
            broken.append(f"{name} was not measured, the gate asks for {limit:,}")
        elif figure.worse_than(limit):
            side = "below" if figure.higher_is_better else "above"
            broken.append(f"{name} is {figure.value:,}, {side} the gate of {limit:,}")
    if not manifest.verification.holds:
        broken.append("outputs are not verified equal")
    return broken


def forgotten_unit(manifest: Manifest, gates: Gates) -> str | None:
    """What was meant by a limit that no result can keep: bytes without a K, a share in per cent."""
    for option, limit in (("--max-flash", gates.max_flash), ("--max-ram", gates.max_ram)):
        if limit is not None and 0 < limit < ADVICE.smallest_memory:
            return f"{option} {limit} is in bytes: did you mean {limit}K?"
    least = gates.min_accuracy
    if least is not None and 1 < least <= ADVICE.largest_share and is_share(manifest.result.metric):
        return f"--min-accuracy {least:g} is a share: did you mean {least / 100:g}?"
    return None


def regressions(manifest: Manifest, baseline: Manifest, tolerance: float = 0.0) -> list[str]:
    """One sentence for every figure that is worse than in `baseline`.

    Args:
        tolerance: share of the baseline's figure that does not count, such as 0.01.
    """
    before = compared_figures(baseline)
    worse = []
    for name, figure in compared_figures(manifest).items():
        if name not in before:
            continue
        allowed = abs(before[name].value) * tolerance
        limit = before[name].value + (-allowed if figure.higher_is_better else allowed)
        if figure.worse_than(limit):
            worse.append(f"{name} went from {before[name].text} to {figure.text}")
    return worse
