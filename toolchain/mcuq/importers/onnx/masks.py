"""Masks in front of a Softmax: what they hide gets a finite score.

Exporters add minus infinity, or the least float32, to scores that are not to be looked at, or put
it in their place. `quantize.masks` finds a number for it that integers can hold beside the scores.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from mcuq.importers.onnx.value import Node, NodeValue
from mcuq.ops.softmax import HIDDEN

_MASKING = frozenset({"Add", "Where"})
_PASSING = frozenset({"Add", "Identity", "Reshape", "Squeeze", "Transpose", "Unsqueeze", "Where"})


def hidden(mask: npt.NDArray[Any]) -> npt.NDArray[np.float32]:
    """What a mask adds to scores, finite; it may be of truth values: which are looked at."""
    added = np.where(mask, 0.0, HIDDEN) if mask.dtype == np.bool_ else mask
    return np.maximum(added, HIDDEN).astype(np.float32)


def softened(node: Node, nodes: Iterable[Any]) -> Node:
    """The node with finite constants where it masks the scores of a Softmax, else as it is.

    Args:
        nodes: of the model, as ONNX stores them.
    """
    if node.kind not in _MASKING or not any(_is_mask(value) for value in node.inputs):
        return node
    if not _only_softmax(list(nodes), node.name):
        return node
    inputs = tuple(
        replace(value, data=hidden(np.asarray(value.data))) if _is_mask(value) else value
        for value in node.inputs
        if value is not None
    )
    return replace(node, inputs=inputs)


def _is_mask(value: NodeValue | None) -> bool:
    data = None if value is None else value.data
    if data is None or data.dtype.kind != "f" or not data.size:
        return False
    return bool(data.min() < HIDDEN and not np.isnan(data).any())


def _only_softmax(nodes: list[Any], name: str) -> bool:
    """Whether a value is read by Softmax alone, maybe through what keeps or adds to it."""
    readers = [node for node in nodes if name in node.input]
    return bool(readers) and all(
        reader.op_type == "Softmax"
        or (reader.op_type in _PASSING and _only_softmax(nodes, reader.output[0]))
        for reader in readers
    )
