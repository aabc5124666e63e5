"""Exponentials, logarithms and what is made of them, the same on every processor.

NumPy and the C library choose an implementation by the processor, and these differ in the last
bit. Here every function is additions, multiplications, divisions and roundings of float64, one
after the other: IEEE 754 leaves no choice in any of them. Arguments of float32 give float32,
others float64; errors are a few units in the last place of float64.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[Any]
Float64 = npt.NDArray[np.float64]

_LN2_HIGH = float.fromhex("0x1.62e42fefa3800p-1")
"""ln 2 in 42 bits: times an exponent it is exact."""
_LN2_LOW = float.fromhex("0x1.ef35793c76730p-45")
_PER_LN2 = 1.4426950408889634
_EXP_TERMS = 14
"""Of the Taylor series on ±ln 2 / 2: the rest is below 2^-58."""
_LOG_TERMS = 12
"""Of the series of artanh on ±0.172: the rest is below 2^-60."""
_ERF_TERMS = 120
"""Of Kummer's series of erf up to 6, where erf is 1: the rest is below 2^-60."""
_SIN_TERMS = 16
"""Of the Taylor series of a sine on ±π: the rest is below 2^-60."""
_LARGEST = 800.0
"""exp of more is infinite, of less than the negative 0."""


def _like(result: Floats, x: Floats) -> Floats:
    return result.astype(np.float32) if np.asarray(x).dtype == np.float32 else result


def _series(x: Float64, factors: list[float]) -> Float64:
    """Σ factors[k] x^k by Horner's rule."""
    total = np.full_like(x, factors[-1])
    for factor in reversed(factors[:-1]):
        total *= x
        total += factor
    return total


_EXP = [1 / math.factorial(k) for k in range(_EXP_TERMS)]
_ARTANH = [2 / (2 * k + 1) for k in range(_LOG_TERMS)]
_SIN = [(-1) ** k / math.factorial(2 * k + 1) for k in range(_SIN_TERMS)]


def _exp(x: Float64) -> Float64:
    bounded = np.clip(x, -_LARGEST, _LARGEST)
    power = np.rint(bounded * _PER_LN2)
    rest = (bounded - power * _LN2_HIGH) - power * _LN2_LOW
    with np.errstate(over="ignore", under="ignore"):
        return np.ldexp(_series(rest, _EXP), np.nan_to_num(power).astype(np.int32))


def _log(x: Float64) -> Float64:
    """-∞ at 0, no number below."""
    with np.errstate(divide="ignore", invalid="ignore"):
        mantissa, power = np.frexp(x)
        low = mantissa < math.sqrt(0.5)
        mantissa, power = np.where(low, 2 * mantissa, mantissa), power - low
        share = (mantissa - 1) / (mantissa + 1)
        logs = power * _LN2_HIGH + (share * _series(share * share, _ARTANH) + power * _LN2_LOW)
        logs = np.where(x > 0, logs, np.where(x == 0, -np.inf, np.nan))
    return np.where(np.isposinf(x), np.inf, logs)


def _log1p(x: Float64) -> Float64:
    """log(1 + x) for x ≥ 0: what 1 + x rounds away is put back (Goldberg, ACM Computing Surveys
    23, 1991, theorem 4)."""
    moved = 1 + x
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(moved == 1, x, _log(moved) * (x / (moved - 1)))


def _expm1(x: Float64) -> Float64:
    near = np.clip(x, -0.35, 0.35)
    return np.where(np.abs(x) < 0.35, near * _series(near, _EXP[1:]), _exp(x) - 1)


def exp(x: Floats) -> Floats:
    """e^x."""
    return _like(_exp(np.asarray(x, np.float64)), x)


def expm1(x: Floats) -> Floats:
    """e^x - 1."""
    return _like(_expm1(np.asarray(x, np.float64)), x)


def log(x: Floats) -> Floats:
    """The natural logarithm: -∞ at 0, no number below."""
    return _like(_log(np.asarray(x, np.float64)), x)


def tanh(x: Floats) -> Floats:
    """The hyperbolic tangent."""
    wide = np.asarray(x, np.float64)
    part = _expm1(-2 * np.abs(wide))
    return _like(np.copysign(-part / (2 + part), wide), x)


def expit(x: Floats) -> Floats:
    """1 / (1 + e^-x)."""
    wide = np.asarray(x, np.float64)
    part = _exp(-np.abs(wide))
    return _like(np.where(wide < 0, part, 1.0) / (1 + part), x)


def softplus(x: Floats) -> Floats:
    """log(1 + e^x)."""
    wide = np.asarray(x, np.float64)
    return _like(np.maximum(wide, 0) + _log1p(_exp(-np.abs(wide))), x)


def log_softmax(x: Floats) -> Floats:
    """Logarithms of the shares e^x / Σ e^x along the last axis."""
    wide = np.asarray(x, np.float64)
    centred = wide - wide.max(axis=-1, keepdims=True)
    return _like(centred - _log(_exp(centred).sum(axis=-1, keepdims=True)), x)


def softmax(x: Floats) -> Floats:
    """The shares e^x / Σ e^x along the last axis."""
    wide = np.asarray(x, np.float64)
    powers = _exp(wide - wide.max(axis=-1, keepdims=True))
    return _like(powers / powers.sum(axis=-1, keepdims=True), x)


def erf(x: Floats) -> Floats:
    """2 / √π ∫₀ˣ e^-t² dt, by 2 / √π e^-x² Σ 2^k x^(2k+1) / (1·3·…·(2k+1)) (Abramowitz and
    Stegun, 7.1.6), all of whose terms have one sign."""
    wide = np.clip(np.asarray(x, np.float64), -6.0, 6.0)
    square = wide * wide
    term, total = wide.copy(), wide.copy()
    for k in range(1, _ERF_TERMS):
        term *= square * (2 / (2 * k + 1))
        total += term
    found = 2 / math.sqrt(math.pi) * _exp(-square) * total
    return _like(np.where(square < 36, found, np.where(square >= 36, np.sign(wide), np.nan)), x)


def sin(x: Floats) -> Floats:
    """The sine of |x| below 2^20; the argument is reduced by the float64 next to 2 π."""
    wide = np.fmod(np.asarray(x, np.float64), 2 * math.pi)
    wide = np.where(np.abs(wide) > math.pi, wide - np.copysign(2 * math.pi, wide), wide)
    return _like(wide * _series(wide * wide, _SIN), x)


def cos(x: Floats) -> Floats:
    """The cosine, as `sin`."""
    return _like(sin(np.asarray(x, np.float64) + math.pi / 2), x)
