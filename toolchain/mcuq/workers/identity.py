"""What makes two processes compute the same: the code and the libraries of each."""

from __future__ import annotations

import pkgutil
import platform
import sys
from collections.abc import Mapping

import mcuq
from mcuq.errors import McuqError
from mcuq.installed import code_digest, libraries

_SHOWN = 8
"""Digits of a digest, in a message."""


def identity(packages: tuple[str, ...], also: str) -> dict[str, str]:
    """Name → version or digest of all that results depend on, of this process.

    Args:
        packages: further packages that functions are of, see `code_digest`.
        also: "module:function" that gives more of them; empty: nothing.

    Raises:
        ImportError: a package or the function is not here. McuqError: of the function.
    """
    found = {
        "mcuq": mcuq.__version__,
        "code": code_digest(*packages),
        "Python": ".".join(map(str, sys.version_info[:2])),
        "processor": platform.machine(),
        **libraries(),
    }
    return found | (pkgutil.resolve_name(also)() if also else {})


def difference(expected: Mapping[str, str], packages: tuple[str, ...], also: str) -> str:
    """In what this process is not as `expected`, one line; empty where it is."""
    try:
        found = identity(packages, also)
    except (ImportError, AttributeError, McuqError) as error:
        return str(error)
    names = sorted({*expected, *found}, key=lambda name: (name != "mcuq", name))
    return ", ".join(
        f"{name} {_shown(found, name)} there, {_shown(expected, name)} here"
        for name in names
        if found.get(name) != expected.get(name)
    )


def _shown(found: Mapping[str, str], name: str) -> str:
    value = found.get(name, "absent")
    return value[:_SHOWN] if name == "code" else value
