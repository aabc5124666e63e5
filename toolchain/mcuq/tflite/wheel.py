"""Which TFLite Micro is the oracle: bytes depend on the wheel's version in one place."""

from __future__ import annotations

import importlib.util
import re
from importlib.metadata import version

from mcuq.errors import InputError

PRECISE_SINCE = "0.dev20261013214400"
"""First wheel that makes every real factor in double precision, as mcuq does.

Up to 0.dev20261012203412 the products and quotients of FULLY_CONNECTED with one scale, SUB, RELU,
LEAKY_RELU and HARD_SWISH were rounded to float32: some three outputs in a million are one off.
LEAKY_RELU with a negative slope rounded ties the other way.
"""


NOT_COMPARED = "TFLite Micro is not available here: not compared"


class NoOracleError(InputError):
    """TensorFlow Lite Micro is not available: its wheel is for Linux on x86-64 only."""

    def __init__(self) -> None:
        super().__init__(
            "TFLite Micro is not available here",
            "on Linux on x86-64: pip install tflite-micro; there is no wheel for other systems",
        )


def has_oracle() -> bool:
    """Whether the `tflite_micro` wheel is installed."""
    return importlib.util.find_spec("tflite_micro") is not None


def check_oracle() -> None:
    """Raise NoOracleError where it is not."""
    if not has_oracle():
        raise NoOracleError


def oracle_version() -> str:
    """Version of the `tflite_micro` wheel that is installed."""
    return version("tflite-micro")


def is_precise(wheel: str) -> bool:
    """Whether a wheel computes factors as mcuq does: at least PRECISE_SINCE."""
    return _stamp(wheel) >= _stamp(PRECISE_SINCE)


def difference_hint() -> str:
    """What to do where outputs differ from those of the installed wheel."""
    wheel = oracle_version()
    if is_precise(wheel):
        return "this is a defect of mcuq: please report it with the model"
    return f"tflite_micro {wheel} rounds some factors to float32: install {PRECISE_SINCE} or later"


def _stamp(wheel: str) -> int:
    """The time of a nightly wheel's version; versions of another form are newer."""
    found = re.fullmatch(r"0\.dev(\d{14})", wheel)
    return int(found[1]) if found else 10**14
