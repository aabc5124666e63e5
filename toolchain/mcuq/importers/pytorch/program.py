"""What a child process does with an exported program: PyTorch's code, and none of ours in it."""

from __future__ import annotations

import contextlib
import importlib
import os
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from mcuq.importers.pytorch.quantized import is_quantized, spelled_out, without_rounding
from mcuq.isolated import progressed

_QUANTIZATION = ("torch.ao.quantization.fx._decomposed",)
"""Modules that define the operators of quantized programs when they are imported."""


def to_onnx(path: Path) -> bytes:
    """The program as an ONNX model, weights included."""
    torch, program = _loaded(path)
    return _converted(torch, program)


def rounds(path: Path) -> bool:
    """Whether the program rounds activations to integers."""
    return is_quantized(_loaded(path)[1])


def run(
    path: Path, inputs: Sequence[npt.NDArray[np.float32]], rounding: bool = True
) -> list[npt.NDArray[Any]]:
    """The program's outputs for samples (samples, …), one at a time, by PyTorch itself.

    Args:
        rounding: as the program does it; without it activations of a quantized one stay real.
    """
    torch, program = _loaded(path)
    module, form = program.module(), program.call_spec.in_spec
    if not rounding:
        module = without_rounding(module)
    types = _input_types(program)
    pytree = torch.utils._pytree
    rows: list[list[Any]] = []
    for sample in range(len(inputs[0])):
        progressed()
        leaves = [
            torch.from_numpy(np.ascontiguousarray(x[sample : sample + 1])).to(kind)
            for x, kind in zip(inputs, types, strict=True)
        ]
        arguments, keywords = pytree.tree_unflatten(leaves, form)
        with torch.no_grad():
            outputs = pytree.tree_leaves(module(*arguments, **keywords))
        rows.append([np.asarray(each.to(torch.float32)) for each in outputs if each is not None])
    return [np.stack(outputs) for outputs in zip(*rows, strict=True)]


def _loaded(path: Path) -> tuple[Any, Any]:
    # PyTorch falls back to pickles of any kind otherwise.
    os.environ["TORCH_FORCE_WEIGHTS_ONLY_LOAD"] = "1"
    warnings.filterwarnings("ignore")
    import torch

    for name in _QUANTIZATION:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    torch.set_num_threads(1)
    progressed()
    program = torch.export.load(path)
    progressed()
    return torch, spelled_out(torch, program)


def _converted(torch: Any, program: Any) -> bytes:
    progressed()
    try:
        converted = torch.onnx.export(program, dynamo=True, verbose=False)
    except Exception as error:
        # The first lines of the exporter's own error are advice in colours.
        while error.__cause__ is not None and isinstance(error.__cause__, Exception):
            error = error.__cause__
        raise RuntimeError(str(error)) from None
    progressed()
    content: bytes = converted.model_proto.SerializeToString()
    return content


def _input_types(program: Any) -> list[Any]:
    """Types of the inputs that a caller gives, in order."""
    given = set(program.graph_signature.user_inputs)
    nodes = [node for node in program.graph.nodes if node.op == "placeholder"]
    return [node.meta["val"].dtype for node in nodes if node.name in given]
