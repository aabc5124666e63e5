"""What a result was made with."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version

import mcuq
from mcuq.compiler.chosen import compiler

_PACKAGES = ("ai-edge-litert", "deap", "numpy", "scipy", "tflite-micro", "unicorn")


def versions() -> dict[str, str]:
    """Name → version of mcuq, Python, the compiler and the libraries that figures depend on."""
    found = {"mcuq": mcuq.__version__, "python": platform.python_version()}
    used = compiler()
    found[used.name] = used.version
    for name in _PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "absent"
    return found
