"""Imports go one way: down the list of layers in docs/architecture.md."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "toolchain" / "mcuq"
PAGE = ROOT / "docs" / "architecture.md"


def listed() -> list[list[str]]:
    """The names of each line of the page's list."""
    text = PAGE.read_text(encoding="utf-8").split("\n## Layers\n")[1]
    block = re.findall(r"```text\n(.*?)```", text, re.S)[0]
    return [line.split("#")[0].split() for line in block.splitlines()]


def layers() -> dict[str, int]:
    """Package or module of the first level → number of its layer."""
    return {name: number for number, names in enumerate(listed()) for name in names}


def units() -> set[str]:
    found = {path.stem for path in PACKAGE.glob("*.py")}
    found |= {path.name for path in PACKAGE.iterdir() if any(path.glob("**/*.py"))}
    return found - {"__init__", "__main__"}


def imports(tree: ast.AST) -> Iterator[str]:
    """What of mcuq a module names, `mcuq.` left out."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "mcuq":
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("mcuq."):
            yield str(node.module).removeprefix("mcuq.")
        elif isinstance(node, ast.Import):
            names = (alias.name for alias in node.names)
            yield from (name.removeprefix("mcuq.") for name in names if name.startswith("mcuq."))


def climbs(source: str, unit: str, order: dict[str, int]) -> list[str]:
    """Imports of `source`, a module of `unit`, from its own layer or a later one."""
    named = {name.split(".")[0] for name in imports(ast.parse(source))} & order.keys()
    return sorted(other for other in named - {unit} if order[other] >= order[unit])


def test_the_list_names_everything_once() -> None:
    assert sorted(name for names in listed() for name in names) == sorted(units())


@pytest.mark.parametrize("unit", sorted(units()))
def test_nothing_is_imported_from_above(unit: str) -> None:
    folder = PACKAGE / unit
    paths = folder.rglob("*.py") if folder.is_dir() else [PACKAGE / f"{unit}.py"]
    order = layers()
    wrong = {
        str(path.relative_to(PACKAGE)): found
        for path in paths
        if (found := climbs(path.read_text(encoding="utf-8"), unit, order))
    }
    assert not wrong, "move what is needed down, or what needs it up"


def test_a_climb_is_seen() -> None:
    order = {"graph": 0, "lower": 1, "emit": 2}
    assert climbs("from mcuq.emit.c import x", "lower", order) == ["emit"]
    assert climbs("from mcuq import emit", "graph", order) == ["emit"]
    assert climbs("def f():\n    import mcuq.lower.program", "graph", order) == ["lower"]
    assert not climbs("from mcuq.graph import Graph", "emit", order)
