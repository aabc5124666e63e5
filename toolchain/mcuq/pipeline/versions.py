"""What a result was made with."""

from __future__ import annotations

import platform

import mcuq
from mcuq.compiler.chosen import compiler
from mcuq.installed import libraries


def versions() -> dict[str, str]:
    """Name → version of mcuq, Python, the compiler and the libraries that figures depend on."""
    found = {"mcuq": mcuq.__version__, "python": platform.python_version()}
    return found | compiler_version() | libraries()


def compiler_version() -> dict[str, str]:
    """Name → version of the compiler alone.

    Raises:
        CompilerError: none is installed.
    """
    used = compiler()
    return {used.name: used.version}
