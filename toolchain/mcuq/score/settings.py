"""Evaluation's tuned numbers: what each does, in which unit, and what is known of its value.

How much is computed at a time stands beside the loop that does it: it changes time and memory,
but no integer.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class RankingSettings:
    """How candidates are run in LiteRT."""

    at_once: int = 64
    """Samples. In one run of the interpreter; a race takes a multiple of it.

    Evidence: not measured: chosen by hand.
    """
    inputs_kept: int = 8
    """Arrays. Of quantized inputs, by their parameters and samples.

    Evidence: not measured: chosen by hand; it changes no score.
    """
    cache_bytes: int = 48 << 20
    """Bytes. Of activations that candidates share, in each process.

    Evidence: scoring the 1,038 candidates of a ResNet-8 search took a tenth more processor time
    than with four times as much, and 165 MB less. It changes no score.
    """
    digests: int = 1 << 16
    """Digests. Of beginnings that were seen once, to tell a second time from a first.

    Evidence: not measured: chosen by hand; it changes no score, and is more than a
    search of a few thousand candidates asks for.
    """


RANKING = RankingSettings()


@dataclass(frozen=True)
class ErrorSettings:
    """How the error of each layer is measured, and when it is large."""

    samples: int = 64
    """Samples. On which layers are compared, spread over those that there are.

    Evidence: not measured: chosen by hand.
    """
    values_together: int = 1 << 21
    """Values. Of all activations together, held at once.

    Evidence: not measured: chosen by hand; it changes time and memory only.
    """
    most_db: float = 200.0
    """Decibels. A ratio beyond it counts as this much.

    Evidence: none needed: sums of float64 tell no larger ratio from an exact one.
    """
    wrong_db: float = 20.0
    """Decibels. A layer whose own signal to noise is below it goes wrong.

    Evidence: by min-max in int8 the layers of the digits, KWS and their like have 24 dB and more
    by themselves, in int4 14 to 28.
    """


ERRORS = ErrorSettings()
