"""Run written MLIR: LLVM's own lowering of TOSA and its JIT say what the operations compute."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from mlir_graphs import MLIR_OPT

from mcuq.emit.mlir import write_mlir
from mcuq.emit.mlir.printer import attribute_text, type_text
from mcuq.emit.mlir.types import dense, type_of
from mcuq.graph import Graph
from mcuq.numeric.element import Element

RUNNER = shutil.which("mlir-cpu-runner-19") or ""
COMPILER = shutil.which("cc") or ""
needs_runner = pytest.mark.skipif(
    not (MLIR_OPT and RUNNER and COMPILER),
    reason="mlir-opt-19, mlir-cpu-runner-19 (apt-get install mlir-19-tools) and cc are needed",
)
_PIPELINE = (
    "builtin.module(func.func(tosa-optional-decompositions,tosa-to-linalg-named,tosa-to-linalg,"
    "tosa-to-arith,tosa-to-tensor),one-shot-bufferize{bufferize-function-boundaries},"
    "func.func(convert-linalg-to-loops),expand-strided-metadata,lower-affine,convert-scf-to-cf,"
    "convert-math-to-llvm,convert-math-to-libm,arith-expand,finalize-memref-to-llvm,"
    "convert-arith-to-llvm,convert-index-to-llvm,convert-func-to-llvm,convert-cf-to-llvm,"
    "reconcile-unrealized-casts)"
)


def compile_runtime(folder: Path) -> Path:
    """The library that the JIT links."""
    library = folder / "libmemref_copy.so"
    source = Path(__file__).with_name("memref_copy.c")
    subprocess.run([COMPILER, "-O1", "-shared", "-fPIC", "-o", library, source], check=True)
    return library


def largest_difference(
    graph: Graph, inputs: list[np.ndarray], expected: np.ndarray, library: Path
) -> float:
    """max |output - expected| of one sample, computed by the module itself."""
    lowered = subprocess.run(
        [MLIR_OPT, f"--pass-pipeline={_PIPELINE}", "-"],
        input=_checked(graph, inputs, expected),
        capture_output=True,
        text=True,
    )
    assert lowered.returncode == 0, lowered.stderr
    done = subprocess.run(
        [RUNNER, "-e", "check", "-entry-point-result=f32", f"-shared-libs={library}"],
        input=lowered.stdout,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return float(done.stdout)


def _checked(graph: Graph, inputs: list[np.ndarray], expected: np.ndarray) -> str:
    """The written function, and one that calls it on constants and compares."""
    function = write_mlir(graph).split("\n", 1)[1].rsplit("}) : () -> ()", 1)[0]
    types = [type_text(type_of(graph.tensors[name])) for name in graph.inputs]
    output = graph.tensors[graph.outputs[0]]
    result, flat = type_text(type_of(output)), f"tensor<{output.size}xf32>"
    shape = f"array<i64: {output.size}>"
    first = "%flat" if output.element is Element.REAL else "%row"
    row = f"tensor<{output.size}x{_MLIR[output.element]}>"
    constants = [
        _constant(f"x{i}", values.reshape(graph.tensors[name].shape), graph.tensors[name].element)
        for i, (name, values) in enumerate(zip(graph.inputs, inputs, strict=True))
    ]
    arguments = ", ".join(f"%x{i}" for i in range(len(inputs)))
    lines = [
        *constants,
        _constant("expected", expected.reshape(output.size)),
        f"%y = func.call @main({arguments}) : ({', '.join(types)}) -> {result}",
        f"{first} = tosa.reshape %y {{new_shape = {shape}}} : ({result}) -> {row}",
        *_as_real(output.element, row, flat),
        f"%difference = tosa.sub %flat, %expected : ({flat}, {flat}) -> {flat}",
        f"%distance = tosa.abs %difference : ({flat}) -> {flat}",
        f"%most = tosa.reduce_max %distance {{axis = 0 : i32}} : ({flat}) -> tensor<1xf32>",
        "%zero = arith.constant 0 : index",
        "%value = tensor.extract %most[%zero] : tensor<1xf32>",
        "return %value : f32",
    ]
    body = "\n".join(lines)
    return f"module {{\n{function}\nfunc.func @check() -> f32 {{\n{body}\n}}\n}}\n"


def _constant(name: str, values: np.ndarray, element: Element = Element.REAL) -> str:
    stored = np.float32 if element is Element.REAL else element.dtype
    type_ = _MLIR[element]
    data = dense(np.ascontiguousarray(values, stored), type_)
    properties = f"<{{value = {attribute_text(data)}}}>"
    return f'%{name} = "tosa.const"() {properties} : () -> {type_text(data.type)}'


def _as_real(element: Element, row: str, flat: str) -> list[str]:
    """%row as %flat, which is the same of reals."""
    if element is Element.REAL:
        return []
    return [f"%flat = tosa.cast %row : ({row}) -> {flat}"]


_MLIR = {Element.REAL: "f32", Element.INT32: "i32", Element.BOOL: "i1"}
