"""No module asks for what NumPy, BLAS or the C library decide by the processor."""

from __future__ import annotations

import ast
from pathlib import Path

import mcuq

PACKAGE = Path(mcuq.__file__).parent

PRODUCTS = {"dot", "einsum", "inner", "linalg", "matmul", "tensordot", "vdot"}
FUNCTIONS = {
    "cbrt", "cos", "cosh", "exp", "exp2", "expm1", "float_power", "hypot", "interp", "log", "log10",
    "log1p", "log2", "logaddexp", "power", "sin", "sinh", "tan", "tanh",
}  # fmt: skip

SORTS = {"np.argsort", "np.argpartition"}
"""Where values are equal, the order of their places is the processor's, unless it is stable."""

ALLOWED = {
    "numeric/products.py": "their one home",
    "ops/lstm.py": "int64",
    "ops/svdf.py": "int64",
    "ops/weighted_dynamic.py": "whole numbers in float64: sums of 2^53 and more are refused",
    "cli/histogram.py": "drawn only",
    "witness/compare.py": "compared with a tolerance",
}
"""Where no result depends on the last bit, and why."""


def uses(path: Path) -> list[str]:
    """The processor's choices that a module asks for, with their lines."""
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult):
            found.append(f"@ in line {node.lineno}")
        if (
            isinstance(node, ast.Attribute)
            and isinstance(node.value, ast.Name)
            and node.value.id == "np"
            and node.attr in PRODUCTS | FUNCTIONS
        ):
            found.append(f"np.{node.attr} in line {node.lineno}")
        if isinstance(node, ast.Call) and ast.unparse(node.func) in SORTS:
            stable = any(ast.unparse(word) == "kind='stable'" for word in node.keywords)
            found += [] if stable else [f"an order of equals in line {node.lineno}"]
        if isinstance(node, ast.ImportFrom) and node.module == "scipy.special":
            taken = {alias.name for alias in node.names} - {"bdtrc", "stdtrit"}
            found += [f"scipy.special.{name}" for name in sorted(taken)]
    return found


def test_products_and_functions_have_one_home() -> None:
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        name = path.relative_to(PACKAGE).as_posix()
        if not name.startswith(("finetune/", "_shipped/")) and (used := uses(path)):
            found[name] = used
    wrong = {name: used for name, used in found.items() if name not in ALLOWED}
    assert not wrong, f"use mcuq.numeric.products and .elementary: {wrong}"
    assert set(found) == set(ALLOWED), "an exception is no longer needed"
