"""The tiles at the head of the report: the figures that a reader asks for first."""

from __future__ import annotations

from mcuq.report.drawing import BLUE, GREY, ORANGE
from mcuq.report.elements import Part, budget_card, card
from mcuq.report.latency import energy_text, inference_ms, ms_text
from mcuq.report.wording import (
    budget_lines,
    change_lines,
    count_text,
    estimate_text,
    interval_text,
    metric_title,
    metric_value,
)
from mcuq.result.manifest import Manifest
from mcuq.units import format_bytes, format_count


def cards(manifest: Manifest) -> list[str]:
    """What an inference takes, how good it is, and each budget."""
    parts = {"flash": _flash(manifest), "RAM": _ram(manifest)}
    return [
        _inference(manifest),
        card(
            metric_title(manifest),
            metric_value(manifest, manifest.result.quantized),
            *_beside(manifest),
        ),
        *(
            budget_card(name, used, limit, parts.get(name, ()))
            for name, used, limit in budget_lines(manifest)
        ),
    ]


def _inference(manifest: Manifest) -> str:
    """Time first, energy beside it where it is known; counts where there is no time."""
    result = manifest.result
    count = result.instructions if result.instructions is not None else result.cycles
    time = (ms_text(inference_ms(manifest)), energy_text(result.uj_estimated))
    value = ", ".join(filter(None, time))
    if not value:
        counted = "" if count is None else f"{format_count(count)} {manifest.device.unit}"
        value = counted or "not measured"
    title = "one inference (estimated)" if result.ms_estimated is not None else "one inference"
    memories = f"flash {format_bytes(result.flash_bytes)}, RAM {format_bytes(result.ram_bytes)}"
    lines = (memories, estimate_text(manifest), "" if count is None else count_text(manifest))
    return card(title, value, *filter(None, lines))


def _flash(manifest: Manifest) -> list[Part]:
    result = manifest.result
    return [
        Part("weights", result.weight_bytes, BLUE),
        Part("other constants", max(0, result.flash_model_bytes - result.weight_bytes), ORANGE),
        Part("code", result.flash_code_bytes, GREY),
    ]


def _ram(manifest: Manifest) -> list[Part]:
    result = manifest.result
    rest = max(0, result.ram_bytes - result.arena_bytes - result.stack_bytes)
    return [
        Part("arena", result.arena_bytes, BLUE),
        Part("stack", result.stack_bytes, ORANGE),
        Part("other data", rest, GREY),
    ]


def _beside(manifest: Manifest) -> list[str]:
    """What the metric of the result is to be seen beside, a line each."""
    result = manifest.result
    if result.quantized is None:
        return ["no evaluation data"]
    interval = interval_text(manifest, result.interval_low, result.interval_high)
    int8 = "" if result.int8 is None else f", int8 {metric_value(manifest, result.int8)}"
    lines = [
        f"95 %: {interval}" if interval else "",
        f"float {metric_value(manifest, result.float_)}{int8}; {result.samples:,} samples",
        *change_lines(manifest),
    ]
    return [line for line in lines if line]
