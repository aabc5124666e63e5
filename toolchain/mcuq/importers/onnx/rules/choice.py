"""Comparisons, logic, Where, Cast, ArgMax and ArgMin."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from onnx import TensorProto

from mcuq.errors import InputError
from mcuq.importers.builder import GraphBuilder
from mcuq.importers.onnx.elements import ELEMENTS
from mcuq.importers.onnx.layout import result
from mcuq.importers.onnx.rules.common import NodeRule, axis_inside, computed_input
from mcuq.importers.onnx.rules.elementwise import binary, one_computed_input, unary
from mcuq.importers.onnx.rules.steps import Steps, constant, order_left
from mcuq.importers.onnx.value import Node, NodeValue
from mcuq.numeric.element import Element
from mcuq.ops.cast import CAST, CastAttrs
from mcuq.ops.comparison import EQUAL, GREATER, GREATER_EQUAL, LESS, LESS_EQUAL, NOT_EQUAL
from mcuq.ops.logic import LOGICAL_AND, LOGICAL_NOT, LOGICAL_OR
from mcuq.ops.movement import RESHAPE, ReshapeAttrs
from mcuq.ops.operator import AnyOperator
from mcuq.ops.position import ARG_MAX, ARG_MIN, PositionAttrs

_COMPARISONS = {
    "Equal": EQUAL, "Greater": GREATER, "GreaterOrEqual": GREATER_EQUAL, "Less": LESS,
    "LessOrEqual": LESS_EQUAL,
}  # fmt: skip
_LOGIC = {"And": LOGICAL_AND, "Or": LOGICAL_OR}


def first_of_equals(node: Node) -> str | None:
    """ArgMax and ArgMin give the first of equal values.

    Export without select_last_index.
    """
    return "it gives the last" if node.integer("select_last_index", 0) else None


def _where(build: GraphBuilder, node: Node) -> list[NodeValue]:
    condition, first, second = (node.value(number) for number in range(3))
    if condition.data is not None and first.data is None and np.all(condition.data):
        return [first]
    return [Steps(build, node).select(condition, first, second)]


def _cast(build: GraphBuilder, node: Node) -> list[NodeValue]:
    """Nothing between numbers of a kind; truth values are made of numbers by comparing with 0."""
    x, steps = node.value(), Steps(build, node)
    element = build.element(x.name)
    target = ELEMENTS.get(node.integer("to", TensorProto.FLOAT))
    if element is target:
        return [x]
    if (element, target) == (Element.REAL, Element.BOOL):
        return [steps(NOT_EQUAL, x, constant(np.zeros(1)))]
    if target in (Element.REAL, Element.INT32):
        return [steps(CAST, x, attrs=CastAttrs(target))]
    raise InputError(
        f"{node.where}: {element} values are not made {target or 'a type that is not known'}",
        "leave out of the export what computes with integers",
    )


def _position(kind: AnyOperator) -> Callable[[GraphBuilder, Node], list[NodeValue]]:
    """The index along an axis, which goes or stays as a dimension of 1."""

    def lower(build: GraphBuilder, node: Node) -> list[NodeValue]:
        x = node.value()
        axis = node.integer("axis", 0) % x.rank
        keep = node.integer("keepdims", 1)
        own = f"{node.name}/position" if keep else node.name
        name = build.op(kind, PositionAttrs(x.position(axis)), [x.name], own)
        if not keep:
            return [result(build, name, order_left(x, (axis,)))]
        kept = tuple(1 if each == axis else x.shape[each] for each in x.order)
        return [result(build, build.op(RESHAPE, ReshapeAttrs(kept), [name], node.name), x.order)]

    return lower


_POSITION = (computed_input, axis_inside(0), first_of_equals)

RULES = {
    **{kind: NodeRule(binary(op), (one_computed_input,), 2) for kind, op in _COMPARISONS.items()},
    **{kind: NodeRule(binary(op), (one_computed_input,), 2) for kind, op in _LOGIC.items()},
    "Cast": NodeRule(_cast, (computed_input,)),
    "Not": NodeRule(unary(LOGICAL_NOT), (computed_input,)),
    "Where": NodeRule(_where, (one_computed_input,), 3),
    "ArgMax": NodeRule(_position(ARG_MAX), _POSITION),
    "ArgMin": NodeRule(_position(ARG_MIN), _POSITION),
}
