"""mcuq from Python, as the command line offers it: values in, a result in hand."""

from mcuq.api.building import build
from mcuq.api.result import Build

__all__ = ["Build", "build"]
