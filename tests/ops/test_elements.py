"""Which operators take real numbers, integers and truth values, and what they give."""

from __future__ import annotations

import itertools

import pytest
from operator_cases import cases, seeded_cases

from mcuq.graph import Graph, Op, Tensor
from mcuq.graph.indices import index_limits
from mcuq.numeric.element import Element
from mcuq.ops.attrs import NoAttrs
from mcuq.ops.catalog import OPERATORS
from mcuq.ops.comparison import LESS
from mcuq.ops.gathering import GATHER, GatherAttrs
from mcuq.ops.logic import LOGICAL_AND
from mcuq.ops.movement import RESHAPE, ReshapeAttrs
from mcuq.ops.operator import AnyOperator
from mcuq.ops.position import ARG_MAX, PositionAttrs
from mcuq.ops.selection import SELECT_V2


@pytest.mark.parametrize("kind", [kind for kind in OPERATORS if not kind.kept])
def test_every_operator_gives_an_element_or_one_line(kind: AnyOperator) -> None:
    """Of all combinations it takes at least one; the others it names."""
    case = seeded_cases(cases(kind), 1, 1)[0]
    taken = []
    for given in itertools.product(Element, repeat=min(3, len(case.op.inputs))):
        operands = (*given, *(given[-1],) * (len(case.op.inputs) - len(given)))
        try:
            taken.append(kind.element(case.attrs, operands))
        except ValueError as why:
            assert "\n" not in str(why) and any(element in str(why) for element in given)
    assert taken and set(taken) <= set(Element)


def test_what_operators_give() -> None:
    real, whole, truth = Element.REAL, Element.INT32, Element.BOOL
    assert LESS.element(NoAttrs(), (real, real)) is truth
    assert LOGICAL_AND.element(NoAttrs(), (truth, truth)) is truth
    assert SELECT_V2.element(NoAttrs(), (truth, real, real)) is real
    assert ARG_MAX.element(PositionAttrs(1), (real,)) is whole
    assert GATHER.element(GatherAttrs(1), (real, whole)) is real
    for element in Element:
        assert RESHAPE.element(ReshapeAttrs((1,)), (element,)) is element


def test_indices_lie_below_the_smallest_axis_that_they_name() -> None:
    """Through reshapes, and by every operator that reads them."""
    whole = Element.INT32
    tensors = {
        "i": Tensor("i", (1, 6), element=whole),
        "j": Tensor("j", (1, 2, 3), element=whole),
        "free": Tensor("free", (1, 2), element=whole),
        "a": Tensor("a", (9, 4)),
        "b": Tensor("b", (7, 4)),
        "u": Tensor("u", (1, 2, 3, 4)),
        "v": Tensor("v", (1, 6, 4)),
    }
    ops = (
        Op(RESHAPE, "j", ("i",), ("j",), ReshapeAttrs((1, 2, 3))),
        Op(GATHER, "u", ("a", "j"), ("u",), GatherAttrs(0)),
        Op(GATHER, "v", ("b", "i"), ("v",), GatherAttrs(0)),
    )
    graph = Graph("g", tensors, ops, ("i", "free"), ("u", "v"))
    assert index_limits(graph.ops, graph.tensors) == {"i": 7, "j": 9}
