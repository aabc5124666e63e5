"""Time and energy of cycles on the board of a result."""

from __future__ import annotations

from mcuq.result.manifest import Manifest

_MS = 1000.0


def milliseconds(manifest: Manifest, cycles: int | None) -> float | None:
    """At the board's clock; None where either is not known."""
    hertz = manifest.target.core_hz
    return None if cycles is None or not hertz else _MS * cycles / hertz


def microjoules(manifest: Manifest, cycles: int | None) -> float | None:
    """At the power of the whole inference; None where the board's file gives no current."""
    result = manifest.result
    if cycles is None or result.uj_estimated is None or not result.cycles_estimated:
        return None
    return result.uj_estimated * cycles / result.cycles_estimated


def inference_ms(manifest: Manifest) -> float | None:
    """Of one inference: from the cycles that hardware counted, else the estimate."""
    result = manifest.result
    if result.cycles is not None:
        return milliseconds(manifest, result.cycles)
    return result.ms_estimated


def digits(value: float) -> str:
    """At least three: `0.0120`, `2.59`, `12,346`."""
    return f"{value:,.0f}" if value >= 100 else f"{value:#.3g}".rstrip(".")


def ms_text(value: float | None) -> str:
    """`2.59 ms`; empty for None."""
    return "" if value is None else f"{digits(value)} ms"


def energy_text(value: float | None) -> str:
    """`845 µJ`, `1.23 mJ`; empty for None."""
    if value is None:
        return ""
    return f"{digits(value)} µJ" if value < _MS else f"{digits(value / _MS)} mJ"
