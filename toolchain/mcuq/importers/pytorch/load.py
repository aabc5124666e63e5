"""The PyTorch front door's steps: look at the file, export it in a child process, read the ONNX."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import TypeVar

from mcuq.errors import InputError, UsageError
from mcuq.graph import Graph
from mcuq.importers.names import file_name
from mcuq.importers.onnx import load_onnx
from mcuq.importers.pytorch.archive import check_program
from mcuq.importers.pytorch.program import to_onnx
from mcuq.isolated import IsolatedError, call_isolated

Value = TypeVar("Value")
_NEEDED = ("torch", "onnx", "onnxscript")
_LONGEST = 200
"""Characters of another library's message."""


def load_pytorch(path: Path) -> Graph:
    """The float graph of an exported program (`torch.export.save`), as `load_onnx` gives it.

    Raises:
        UsageError: PyTorch is not installed.
        InputError: the file is no exported program, PyTorch cannot export it to ONNX, or an
            operator, type or shape is not supported.
    """
    graph = load_onnx(_in_child(path, to_onnx))
    return replace(graph, name=file_name(path))


def _in_child(path: Path, function: Callable[[Path], Value]) -> Value:
    missing = [name for name in _NEEDED if find_spec(name) is None]
    check_program(path)
    if missing:
        raise UsageError(
            f"reading a PyTorch program needs {' and '.join(missing)}", "pip install 'mcuq[torch]'"
        )
    try:
        return call_isolated(function, path)
    except IsolatedError as error:
        raise InputError(
            f"{path}: PyTorch does not export it to ONNX: {_reason(error)}",
            "torch.onnx.export(program, dynamo=True) says more; the installed PyTorch must not be "
            "older than the one that wrote the file",
        ) from error


def _reason(error: IsolatedError) -> str:
    """One line of an error whose first lines may be a banner."""
    lines = [line.strip() for line in error.reason.splitlines() if line.strip()]
    text = lines[0] if lines else "no message"
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
