"""Names that a user chooses from: those that several packages know, and how one is refused."""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterable
from typing import Literal

from mcuq.errors import UsageError

ActivationScheme = Literal["asymmetric", "symmetric"]
"""Ranges as they are, or widened to [-a, a] with zero point 0."""
Compiler = Literal["auto", "gcc", "clang"]
"""GCC for Arm, or the Clang of the package `ziglang`; "auto": the first of them that is there."""
Dask = Literal["local"]
"""Workers of Dask on this computer."""
Io = Literal["int8", "float32"]
"""Inputs and outputs as integers, or as reals that the model converts."""
Kernels = Literal["mcuq", "cmsis-nn"]
"""mcuq's own kernels with re-ordered weights, or CMSIS-NN's interface for all that it covers."""
Optimize = Literal["speed", "size"]
"""What the compiler and the choice of kernels aim at."""
Per = Literal["channel", "tensor"]
"""What a scale of a filter belongs to."""

_MOST_NAMED = 24


def check_choice(what: str, name: object, known: Iterable[object]) -> None:
    """Refuse a name that is none of `known`.

    Args:
        what: how it was asked for, such as "--method".

    Raises:
        UsageError: says which there are, the nearest first.
    """
    names = [str(one) for one in known]
    if str(name) not in names:
        raise UsageError(f"{what} {name} is not known", choice_hint(str(name), names))


def check_finite(what: str, value: float | None) -> None:
    """Refuse NaN and infinity.

    Raises:
        UsageError.
    """
    if value is not None and not math.isfinite(value):
        raise UsageError(f"{what} {value} is not a number", "write one such as 10 or 0.5")


def choice_hint(name: str, known: Iterable[str]) -> str:
    """What one who wrote `name` may have meant, or all there is."""
    names = list(known)
    close = difflib.get_close_matches(name, names, n=1) or _nearest_in_other_case(name, names)
    if close:
        return f"did you mean {close[0]}?"
    more = ", …" if len(names) > _MOST_NAMED else ""
    return f"choose {' or '.join(names)}" if len(names) in (1, 2) else _listed(names, more)


def _nearest_in_other_case(name: str, names: list[str]) -> list[str]:
    close = difflib.get_close_matches(name.lower(), [one.lower() for one in names], n=1)
    return [one for one in names if one.lower() in close][:1]


def _listed(names: list[str], more: str) -> str:
    return f"choose one of {', '.join(names[:_MOST_NAMED])}{more}"
