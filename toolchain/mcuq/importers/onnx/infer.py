"""ONNX's own inference of shapes, in a child process: of some damaged nodes it never comes back."""

from __future__ import annotations

import re
from typing import Any

import onnx

from mcuq.isolated import IsolatedError, call_isolated, progressed
from mcuq.settings import READING

_EQUATION = re.compile(rb"[A-Za-z., ]*(->[A-Za-z. ]*)?")
"""What ONNX's inference comes back from, without waiting for the child's end."""


def infer_shapes(model: Any, *, strict: bool = False) -> Any:
    """The model with the shapes that ONNX infers, values of small constants followed.

    Args:
        strict: raise also where what a node says cannot be.

    Raises:
        ValueError: inference failed, or took too long.
    """
    for node in model.graph.node:
        for entry in node.attribute if node.op_type == "Einsum" else ():
            if not _EQUATION.fullmatch(entry.s):
                raise ValueError(f"ONNX infers no shapes: an equation is {entry.s!r}")
    try:
        found = call_isolated(_infer, model.SerializeToString(), strict)
    except IsolatedError as error:
        raise ValueError(f"ONNX infers no shapes: {error.reason}") from error
    return onnx.load_model_from_string(found)


def _infer(content: bytes, strict: bool) -> bytes:
    """In the child."""
    progressed(READING.inference_seconds)
    found = onnx.shape_inference.infer_shapes(content, strict_mode=strict, data_prop=True)
    progressed()
    return bytes(found.SerializeToString())
