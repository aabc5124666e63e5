"""How large computed indices may be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from mcuq.graph.graph import Op
from mcuq.numeric.element import Element
from mcuq.ops.elements import unchanged
from mcuq.ops.gathering import GATHER, GatherAttrs

_EXACT = 1 << 24
"""Integers up to it are exact in float32."""


def integer_span(element: Element, limit: int | None) -> tuple[int, int]:
    """Least and largest value that a tensor of integers or truth values is tried with.

    Args:
        element: INT32 or BOOL.
        limit: what `index_limits` says of it, if anything.
    """
    if element is Element.BOOL:
        return 0, 1
    return (-_EXACT, _EXACT) if limit is None else (0, limit - 1)


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
