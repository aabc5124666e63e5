"""Every worked example of docs/extending.md works, and what it leaves out fails by name."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from extending import ROOT, Step, copy_tree, section
from kinds_of_tests import KINDS

OPERATOR = "SQUARED_DIFFERENCE"
MOST_FILES = 6
FIELDS = ("attrs", "params", "combine", "fits", "formula", "slopes", "guard", "dynamic")
TABLES = {
    "toolchain/mcuq/lower/binary.py": ("mcuq.lower.forms", "no C call"),
    "toolchain/mcuq/tflite/operators/binary.py": (
        "mcuq.tflite.operators.catalog",
        "no TFLite form",
    ),
}
"""File of a row → the module that makes the table, and what it says without the row."""


def run(tree: Path, *command: str, timeout: int = 900) -> subprocess.CompletedProcess[str]:
    """A Python command in a copy of the tree, which imports nothing but the copy."""
    parts = [str(tree / part) for part in ("toolchain", "hil")]
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(parts), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        [sys.executable, *command], cwd=tree, env=env, capture_output=True, text=True,
        timeout=timeout, check=False,
    )  # fmt: skip


def succeeded(result: subprocess.CompletedProcess[str]) -> str:
    assert result.returncode == 0, result.stdout[-4000:] + result.stderr[-4000:]
    return result.stdout


@pytest.fixture
def extended(tmp_path: Path) -> Callable[[str], Path]:
    """A copy of the tree with a section's steps applied, by the section's title."""

    def extend(title: str) -> Path:
        tree = copy_tree(tmp_path / "tree")
        for step in section(title):
            step.apply(tree)
        return tree

    return extend


def test_an_operator_takes_few_files() -> None:
    assert len({step.path for step in section("An operator")}) <= MOST_FILES


@pytest.fixture
def without(tmp_path: Path) -> Path:
    """A copy of the tree without the operator."""
    tree = copy_tree(tmp_path / "tree")
    for step in reversed(section("An operator")):
        step.take_out(tree)
    return tree


def test_the_operator_is_all_that_the_page_quotes(without: Path) -> None:
    """Without it the rest of the tree loads and passes; with it, it is the tree again."""
    assert OPERATOR not in succeeded(run(without, "-c", LOAD)).split()
    command = ("-m", "pytest", "-q", "-n0", "-p", "no:cacheprovider", "-k", "SUB or MUL or MINIMUM")
    tests = ("tests/tflite/test_operators.py", "tests/interpret/test_integer_operators.py")
    assert "passed" in succeeded(run(without, *command, *tests))
    for step in section("An operator"):
        step.apply(without)
    for path in {step.path for step in section("An operator")}:
        assert (without / path).read_bytes() == (ROOT / path).read_bytes(), path


LOAD = """
import mcuq.emit.mlir.tosa.rules, mcuq.lower.forms, mcuq.tflite.operators.catalog
from mcuq.ops.catalog import OPERATORS
print(*OPERATORS)
"""
"""Makes the tables; prints the operators."""


def test_every_kind_of_test_draws_the_operator() -> None:
    """And none of them names it."""
    for kind in KINDS.values():
        assert OPERATOR in map(str, kind.operators), kind.test
        assert OPERATOR not in (ROOT / "tests" / kind.test.split("::")[0]).read_text()


def _apply_without(tree: Path, left_out: Callable[[Step], bool]) -> None:
    for step in section("An operator"):
        if not left_out(step):
            step.apply(tree)


@pytest.mark.parametrize("path", TABLES)
def test_a_row_left_out_fails_by_name(path: str, without: Path) -> None:
    _apply_without(without, lambda step: step.path == path and "(" in step.text)
    module, says = TABLES[path]
    result = run(without, "-c", f"import {module}")
    assert result.returncode == 1
    assert f"{says} for {OPERATOR}" in result.stderr.splitlines()[-1]


@pytest.mark.parametrize("field", FIELDS)
def test_a_field_left_out_fails_by_name(field: str, without: Path) -> None:
    for step in section("An operator"):
        text = _without(field, step.text) if f"{OPERATOR} = " in step.text else step.text
        replace(step, text=text).apply(without)
    result = run(without, "-c", "import mcuq.ops.catalog")
    assert result.returncode == 1
    assert OPERATOR in result.stderr and result.stderr.splitlines()[-1].endswith(f"'{field}'")


def _without(field: str, text: str) -> str:
    """The record without one of its fields."""
    module = ast.parse(text)
    record = module.body[-1]
    assert isinstance(record, ast.Assign) and isinstance(record.value, ast.Call)
    given = record.value.keywords
    record.value.keywords = [keyword for keyword in given if keyword.arg != field]
    assert len(record.value.keywords) == len(given) - 1, field
    return ast.unparse(module)


def test_a_kernel_left_out_fails_by_name(without: Path) -> None:
    _apply_without(without, lambda step: step.path.endswith(".c.in"))
    arguments = (OPERATOR, "kind.attrs()", "[(1, 4), (1, 4)]", str(without / "model"))
    result = run(without, "-c", EMIT, *arguments)
    assert result.returncode == 1
    assert "mcuq_squared_difference_s8" in result.stderr.splitlines()[-1]


EMIT = """
import sys
from pathlib import Path
from mcuq.cost.memory import plan_program
from mcuq.emit.c import write_c_model
from mcuq.graph import Graph, Op, Tensor
from mcuq.lower import lower
from mcuq.ops.catalog import operator
from mcuq.quantize import quantize
from mcuq.resources import firmware_dir

class Ranges:
    def range(self, tensor, observer):
        return (-1.0, 1.0)

kind = operator(sys.argv[1])
attrs = eval(sys.argv[2])
inputs = [Tensor(f"x{i}", shape) for i, shape in enumerate(eval(sys.argv[3]))]
result = Tensor("y", kind.shape(attrs, [tensor.shape for tensor in inputs]))
names = tuple(tensor.name for tensor in inputs)
graph = Graph(
    "one", {t.name: t for t in (*inputs, result)}, (Op(kind, "y", names, ("y",), attrs),),
    names, ("y",),
)
program = lower(quantize(graph, Ranges()))
print(*program.functions)
write_c_model(plan_program(program), firmware_dir(), Path(sys.argv[4]))
"""
"""Writes the C of one operator: its name, attributes, input shapes, folder; prints its kernels."""


def _digits(tree: Path, *arguments: str) -> str:
    """`mcuq` on the example of the handwritten digits."""
    example = tree / "toolchain" / "mcuq" / "examples" / "digits"
    data = [f"--{use}={example / use}.npz" for use in ("calibration", "evaluation")]
    model = str(example / "digits_float32.tflite")
    return succeeded(run(tree, "-m", "mcuq", arguments[0], model, *arguments[1:], *data))


@pytest.mark.slow
def test_the_kernel_is_called_and_right(extended: Callable[[str], Path]) -> None:
    tree = extended("A kernel")
    attrs = "kind.attrs((0, 2, 1))"
    arguments = ("TRANSPOSE", attrs, "[(1, 3, 5)]", str(tree / "model"))
    calls = succeeded(run(tree, "-c", EMIT, *arguments))
    assert "mcuq_transpose_matrix_s8" in calls
    command = ("-m", "pytest", "-q", "-n0", "-p", "no:cacheprovider", "-k", "TRANSPOSE")
    assert "passed" in succeeded(run(tree, *command, "tests/kernels", "tests/emit"))


@pytest.mark.arm
def test_the_width_is_built_and_verified(extended: Callable[[str], Path], tmp_path: Path) -> None:
    output = tmp_path / "out"
    tree = extended("A width")
    _digits(tree, "quantize", "--bits=3", "--board=stm32f746", f"--output={output}")
    manifest = json.loads((output / "manifest.json").read_text())
    assert manifest["verification"]
    layers = [layer for layer in manifest["layers"] if layer["bits"]]
    assert {layer["bits"] for layer in layers} == {3}


@pytest.mark.arm
def test_the_board_passes_its_check(extended: Callable[[str], Path]) -> None:
    tree = extended("A board")
    assert "STM32F745" in succeeded(run(tree, "-m", "mcuq", "boards", "show", "stm32f745-example"))
    succeeded(run(tree, "-m", "mcuq", "hil", "check", "--board", "stm32f745-example"))


def test_the_format_is_read(extended: Callable[[str], Path], tmp_path: Path) -> None:
    tree = extended("A model format")
    rng = np.random.default_rng(0)
    sizes = ((8, 4), (3, 8))
    layers = [{"weights": rng.normal(size=s).tolist(), "bias": [0.0] * s[0]} for s in sizes]
    model, broken = tmp_path / "model.json", tmp_path / "broken.json"
    model.write_text(json.dumps(layers))
    broken.write_text(json.dumps([{"weights": [[1.0]]}]))
    facts = json.loads(succeeded(run(tree, "-m", "mcuq", "inspect", str(model), "--json")))
    assert [op["kind"] for op in facts["ops"]] == ["FULLY_CONNECTED"] * 2
    refused = run(tree, "-m", "mcuq", "inspect", str(broken))
    assert refused.returncode == 3 and "no dense layers" in refused.stderr


def test_a_format_without_a_runtime_fails_by_name(tmp_path: Path) -> None:
    tree = copy_tree(tmp_path)
    for step in section("A model format"):
        if not step.path.endswith("runtimes.py"):
            step.apply(tree)
    result = run(tree, "-c", "import mcuq.witness")
    assert result.returncode == 1 and ".json" in result.stderr.splitlines()[-1]
