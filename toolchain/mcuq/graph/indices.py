"""How large computed indices may be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from mcuq.graph.graph import Op
from mcuq.numeric.element import Element
from mcuq.ops.elements import unchanged
from mcuq.ops.gathering import GATHER, GatherAttrs


class _Shaped(Protocol):
    @property
    def shape(self) -> tuple[int, ...]: ...
    @property
    def element(self) -> Element: ...


def index_limits(ops: Sequence[Op], tensors: Mapping[str, _Shaped]) -> dict[str, int]:
    """Tensor of integers → its values lie below; those that index nothing are not there.

    Args:
        ops: in execution order.
        tensors: what they read and write.
    """
    limits: dict[str, int] = {}

    def limit(name: str, size: int) -> None:
        if tensors[name].element is Element.INT32:
            limits[name] = min(size, limits.get(name, size))

    for op in reversed(ops):
        if op.kind is GATHER and isinstance(op.attrs, GatherAttrs):
            limit(op.inputs[1], tensors[op.inputs[0]].shape[op.attrs.axis])
        elif op.kind.element is unchanged and op.output in limits:
            for name in op.inputs:
                limit(name, limits[op.output])
    return limits
