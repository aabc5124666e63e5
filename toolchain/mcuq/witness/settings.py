"""The witness's tuned numbers: what each does, in which unit, and what is known of its value."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class WitnessSettings:
    """How much is compared, and what counts as equal."""

    samples: int = 8
    """Samples. Of the user's data, and as many random ones, at most.

    Evidence: not measured: chosen by hand.
    """
    steps: int = 8
    """Steps. Of a random sample of a model that keeps states.

    Evidence: not measured: chosen by hand.
    """
    macs: int = 1 << 31
    """Multiply-accumulates. Of one side; larger models get fewer samples.

    Evidence: not measured: chosen by hand; it bounds time.
    """
    margin: float = 16.0
    """Factor. An output may differ by so many times what float32 rounding moves it by.

    Evidence: of what is tolerated, right imports of 223 small files, 26 trained networks and 42
    quantized ones reached at most 0.27, 0.13 and 0.05 (docs/witness.md); a weight changed by 1 %
    is 5 to 25 times the tolerance.
    """
    draws: int = 4
    """Draws. Of float32 rounding before a file is refused, each with another seed.

    Evidence: one draw refused a right SVDF whose outputs are mostly clipped, at 1.45 times the
    tolerance; others did not.
    """
    floor: float = 2.0**-20
    """Share. Of the largest value of an output, by which it may differ besides.

    Evidence: not measured: chosen by hand, for kernels that approximate an exponential.
    """
    grid_margin: float = 4.0
    """Factor. The same as `margin` for the rounding of a quantized file.

    Evidence: not measured: chosen by hand. That rounding adds up less favourably in rare samples.
    """
    grid_draws: int = 4
    """Draws. Of that rounding, each with another seed; the largest counts.

    Evidence: one draw gave false `integers-differ` warnings, at 1.0 to 1.2 times the tolerance,
    among 31 networks in 24 forms of `quantize_static`; four gave none.
    """


WITNESS = WitnessSettings()
