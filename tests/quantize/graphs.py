"""Small float graphs built by hand."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from mcuq.graph import Graph, Op, Tensor
from mcuq.ops.attrs import Attrs, NoAttrs
from mcuq.ops.operator import AnyOperator


@dataclass
class GraphBuilder:
    """Collects tensors and operators; every operator is named after its output."""

    tensors: dict[str, Tensor] = field(default_factory=dict)
    ops: list[Op] = field(default_factory=list)
    inputs: list[str] = field(default_factory=list)

    def input(self, name: str, *shape: int) -> str:
        self.tensors[name] = Tensor(name, shape)
        self.inputs.append(name)
        return name

    def constant(self, name: str, data: npt.ArrayLike) -> str:
        array = np.asarray(data, np.float32)
        self.tensors[name] = Tensor(name, array.shape, array)
        return name

    def op(
        self,
        kind: AnyOperator,
        name: str,
        operands: list[str],
        *shape: int,
        attrs: Attrs | None = None,
    ) -> str:
        self.tensors[name] = Tensor(name, shape)
        self.ops.append(Op(kind, name, tuple(operands), (name,), attrs or NoAttrs()))
        return name

    def graph(self, *outputs: str) -> Graph:
        return Graph("test", self.tensors, tuple(self.ops), tuple(self.inputs), outputs)


@dataclass(frozen=True)
class Ranges:
    """Ranges by tensor name and observer; `default` for the rest."""

    by_name: dict[str, tuple[float, float]] = field(default_factory=dict)
    default: tuple[float, float] = (-1.0, 1.0)

    def range(self, tensor: str, observer: str) -> tuple[float, float]:
        return self.by_name.get(f"{tensor}:{observer}", self.by_name.get(tensor, self.default))
