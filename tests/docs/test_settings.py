"""Every tuned number stands in a settings record and says what it does and how that is known."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
RECORDS = sorted(ROOT.glob("*/mcuq*/**/settings.py"))
AREAS = (
    "calibrate",
    "finetune",
    "pipeline",
    "ptq/candidates",
    "ptq/refine",
    "sanity",
    "search",
    "witness",
)
NOT_TUNED = {
    "_BITS": "of an activation in exact sums: finer than any width stores it",
    "_BLOCK": "how much is computed at a time",
    "_FINEST": "float32",
    "_FLOOR": "keeps a logarithm finite",
    "_FORMAT": "of a file",
    "_LARGEST": "of a file",
    "_LARGEST_EXPONENT": "of a file",
    "_LEVELS": "8 bits",
    "_MANTISSA_BITS": "float32",
    "_MICRO": "a unit",
    "_MS": "a unit",
    "_ROUNDING": "float64",
    "_SEED": "any other would do",
    "_SHOWN": "in a message",
    "_SMALLEST": "float32",
    "_STEPS": "8 bits",
    "_TINY": "keeps a division finite",
    "_VERSION": "of a file",
    "UNIT": "float32",
}


def records() -> Iterator[tuple[str, ast.ClassDef]]:
    for path in RECORDS:
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.ClassDef):
                yield f"{path.relative_to(ROOT)}: {node.name}", node


@pytest.mark.parametrize(("name", "record"), [pytest.param(*r, id=r[0]) for r in records()])
def test_every_number_says_what_it_does_and_how_that_is_known(
    name: str, record: ast.ClassDef
) -> None:
    assert ast.get_docstring(record), name
    fields = [node for node in record.body if isinstance(node, ast.AnnAssign)]
    assert fields, name
    for field in fields:
        where = f"{name}.{ast.unparse(field.target)}"
        note = record.body[record.body.index(field) + 1]
        assert isinstance(note, ast.Expr), f"{where}: no docstring"
        text = ast.literal_eval(note.value)
        assert re.match(r"[A-Z][^.\n]*\. \S", text.replace(".\n", ". ")), f"{where}: no unit"
        assert re.search(r"\n    Evidence: \S", text), (
            f"{where}: no evidence, nor that there is none"
        )


@pytest.mark.parametrize("area", AREAS)
def test_no_number_is_tuned_elsewhere(area: str) -> None:
    folder = ROOT / "toolchain" / "mcuq" / area
    found = {
        f"{path.name}: {name}"
        for path in folder.glob("*.py")
        if path.name != "settings.py"
        for name in numbers(path)
        if name not in NOT_TUNED
    }
    assert found == set(), "put it into settings.py, or say in NOT_TUNED why it is not tuned"


def numbers(path: Path) -> Iterator[str]:
    """Names that a module gives to a number."""
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.Assign) and is_number(node.value):
            yield ast.unparse(node.targets[0])


def is_number(value: ast.expr) -> bool:
    leaves = [node for node in ast.walk(value) if not isinstance(node, (ast.operator, ast.unaryop))]
    allowed = (ast.Constant, ast.BinOp, ast.UnaryOp)
    constants = [node.value for node in leaves if isinstance(node, ast.Constant)]
    return all(isinstance(node, allowed) for node in leaves) and all(
        isinstance(number, (int, float)) and not isinstance(number, bool) for number in constants
    )
