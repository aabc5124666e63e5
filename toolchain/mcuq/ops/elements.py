"""What operators read and give: real numbers, integers, truth values."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from mcuq.numeric.element import Element

ElementRule = Callable[[Any, Sequence[Element]], Element]
"""(attributes, what the operands are) → what the result is; ValueError, one line, where an operand
is of a kind that the operator does not take."""


def reals(attrs: object, operands: Sequence[Element]) -> Element:
    """Of operators that compute with real numbers."""
    return _alike(operands, Element.REAL)


def numbers(attrs: object, operands: Sequence[Element]) -> Element:
    """Of operators that integers may meet in a file, in front of what is built."""
    return _alike(operands, Element.REAL, Element.INT32)


def unchanged(attrs: object, operands: Sequence[Element]) -> Element:
    """Of operators that move values, whatever they are, all operands being the same."""
    return _alike(operands, *Element)


def compared(attrs: object, operands: Sequence[Element]) -> Element:
    """Of operators that compare numbers."""
    numbers(attrs, operands)
    return Element.BOOL


def logical(attrs: object, operands: Sequence[Element]) -> Element:
    """Of operators on truth values."""
    return _alike(operands, Element.BOOL)


def selected(attrs: object, operands: Sequence[Element]) -> Element:
    """Of operators that choose between numbers by a truth value in front of them."""
    _alike(operands[:1], Element.BOOL)
    return numbers(attrs, operands[1:])


def indexed(attrs: object, operands: Sequence[Element]) -> Element:
    """Of operators that take real numbers at indices, which follow them."""
    _alike(operands[1:], Element.INT32)
    return _alike(operands[:1], Element.REAL)


def placed(attrs: object, operands: Sequence[Element]) -> Element:
    """Of operators that put numbers among others, at places that follow them."""
    _alike(operands[2:] or (Element.INT32,), Element.INT32)
    return numbers(attrs, operands[:2])


def position(attrs: object, operands: Sequence[Element]) -> Element:
    """Of operators that give the index of a real number."""
    _alike(operands, Element.REAL)
    return Element.INT32


def _alike(operands: Sequence[Element], *allowed: Element) -> Element:
    """What all operands are; ValueError where they differ, or are something else."""
    first = operands[0]
    for each in operands:
        if each not in allowed:
            raise ValueError(f"it takes {' or '.join(allowed)} values, not {each}")
        if each is not first:
            raise ValueError(f"its operands are {first} and {each}")
    return first
