"""The licences of what mcuq needs: those that were agreed to, and no others."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest

from wheel_sbom import licence, needed

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
ALLOWED = frozenset(
    {
        *("0BSD", "Apache-2.0", "Apache-2.0 WITH LLVM-exception", "BSD-2-Clause", "BSD-3-Clause"),
        *("BSL-1.0", "CC0-1.0", "ISC", "MIT", "MIT-0", "MIT-CMU", "PSF-2.0", "Unlicense", "Zlib"),
        *("HPND", "LicenseRef-public-domain", "MPL-2.0", "Python-2.0", "CNRI-Python"),
    }
)
"""They allow what mcuq does: to be installed beside it and to be called."""
BY_NAME = {
    "deap": "LGPL-3.0-only",  # a library, unchanged and replaceable; THIRD_PARTY_NOTICES
    "moocore": "LGPL-2.1-or-later",  # of deap; the same
}


def closure(names: list[str]) -> dict[str, str]:
    """Installed package → licence, of `names` and all that they need."""
    found: dict[str, str] = {}
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name in found or name == "mcuq":
            continue
        try:
            package = distribution(name)
        except PackageNotFoundError:
            continue
        found[name] = licence(name, package)
        waiting += needed(package.requires or [])
    return found


def refused(found: dict[str, str]) -> dict[str, str]:
    """Those whose licence was not agreed to; one of several that may be chosen is enough."""
    return {
        name: expression
        for name, expression in found.items()
        if BY_NAME.get(name) != expression
        and not any(
            all(word.strip("() ") in ALLOWED for word in re.split(r"\s+AND\s+", choice))
            for choice in re.split(r"\s+OR\s+", expression)
        )
    }


def test_what_the_wheel_needs_has_licences_that_were_agreed_to() -> None:
    found = closure(needed(PROJECT["dependencies"]))
    assert {"numpy", "deap", "plotly", "pydantic"} <= found.keys()
    assert refused(found) == {}


@pytest.mark.parametrize("extra", ["onnx", "dev"])
def test_what_extras_name_has_them_too(extra: str) -> None:
    """Of the extras themselves: what those need in turn does not come with mcuq."""
    named = needed(PROJECT["optional-dependencies"][extra])
    found = {name: text for name, text in closure(named).items() if name in named}
    if not found:
        pytest.skip(f"nothing of the extra {extra} is installed")
    assert refused(found) == {}


@pytest.mark.parametrize(
    ("expression", "is_refused"),
    [
        ("MIT", False),
        ("GPL-3.0-only", True),
        ("LGPL-3.0-only", True),
        ("GPL-2.0-only OR MIT", False),
        ("MIT AND GPL-2.0-only", True),
        ("(MIT AND BSD-3-Clause) OR GPL-2.0-only", False),
        ("NOASSERTION", True),
    ],
)
def test_others_are_refused(expression: str, is_refused: bool) -> None:
    assert bool(refused({"x": expression})) is is_refused


def test_the_notices_name_what_is_not_permissive_and_what_results_hold() -> None:
    text = (ROOT / "THIRD_PARTY_NOTICES").read_text(encoding="utf-8")
    for name in (*BY_NAME, "plotly.js", "dagre", "newlib", "libgcc", "CMSIS-NN"):
        assert name in text
    assert "THIRD_PARTY_NOTICES" in PROJECT["license-files"]
