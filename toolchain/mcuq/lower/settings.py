"""Lowering's tuned numbers: what each does, in which unit, and what is known of its value."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class LoweringSettings:
    """When a layer gets another form of its kernel."""

    scratch_growth: float = 0.03
    """Share. By which the scratch of an expanded depthwise layer may raise the largest need of any
    operator.

    Evidence: not measured: chosen by hand. So little is not worth a second form of the kernel in
    flash.
    """


LOWERING = LoweringSettings()
