"""The quantized model: the same operators over integer tensors with scales and zero points."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mcuq.graph import Op
from mcuq.numeric.tensor import QuantizedTensor


@dataclass(frozen=True)
class QuantizedGraph:
    """What is costed, evaluated and emitted. Tensors and ops keep the float graph's names.

    A filter shared by several ops stays one tensor; biases belong to one op each.
    """

    name: str
    tensors: Mapping[str, QuantizedTensor]
    ops: tuple[Op, ...]
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
