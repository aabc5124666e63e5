"""What an operator is applied with: the attributes and operands that a strategy draws."""

from __future__ import annotations

from dataclasses import dataclass

from mcuq.numeric.element import Element
from mcuq.ops.attrs import Attrs

Shape = tuple[int, ...]


@dataclass(frozen=True)
class Applied:
    """An operator's attributes, and what it reads beside its first input.

    Attributes:
        attrs: of the operator.
        activations: shapes of further inputs of the graph.
        constants: shapes of constants, which follow; filter and bias of weighted operators.
        constants_first: the constants come before the activations instead.
        elements: what the operands are, in the operator's order; real numbers if nothing is said.
    """

    attrs: Attrs
    activations: tuple[Shape, ...] = ()
    constants: tuple[Shape, ...] = ()
    constants_first: bool = False
    elements: tuple[Element, ...] = ()
