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
from mcuq.ops.gather_nd import GATHER_ND
from mcuq.ops.gathering import GATHER, GatherAttrs
from mcuq.ops.logic import LOGICAL_AND
from mcuq.ops.movement import CONCATENATION, RESHAPE, ConcatAttrs, ReshapeAttrs
from mcuq.ops.operator import AnyOperator
from mcuq.ops.position import ARG_MAX, PositionAttrs
from mcuq.ops.selection import SELECT_V2
from mcuq.ops.update import DYNAMIC_UPDATE_SLICE, UpdateAttrs


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
    found = index_limits(graph.ops, graph.tensors)
    assert {name: limits.tolist() for name, limits in found.items()} == {"i": [7], "j": [9]}


def test_each_number_of_a_place_lies_below_its_dimension() -> None:
    """Through a reshape; where others put them elsewhere, below the largest."""
    whole = Element.INT32
    tensors = {
        "i": Tensor("i", (1, 4), element=whole),
        "a": Tensor("a", (1, 3), element=whole),
        "b": Tensor("b", (1, 1), element=whole),
        "flat": Tensor("flat", (4,), element=whole),
        "pairs": Tensor("pairs", (2, 2), element=whole),
        "x": Tensor("x", (5, 3, 2, 8)),
        "part": Tensor("part", (1, 1, 1, 8)),
        "u": Tensor("u", (2, 2, 8)),
        "v": Tensor("v", (5, 3, 2, 8)),
        "w": Tensor("w", (5, 3, 2, 8)),
        "ab": Tensor("ab", (1, 4), element=whole),
        "four": Tensor("four", (4,), element=whole),
    }
    ops = (
        Op(RESHAPE, "flat", ("i",), ("flat",), ReshapeAttrs((4,))),
        Op(RESHAPE, "pairs", ("flat",), ("pairs",), ReshapeAttrs((2, 2))),
        Op(GATHER_ND, "u", ("x", "pairs"), ("u",), NoAttrs()),
        Op(DYNAMIC_UPDATE_SLICE, "v", ("x", "part", "flat"), ("v",), UpdateAttrs()),
        Op(CONCATENATION, "ab", ("a", "b"), ("ab",), ConcatAttrs(1)),
        Op(RESHAPE, "four", ("ab",), ("four",), ReshapeAttrs((4,))),
        Op(DYNAMIC_UPDATE_SLICE, "w", ("v", "part", "four"), ("w",), UpdateAttrs()),
    )
    graph = Graph("g", tensors, ops, ("i", "a", "b"), ("u", "w"))
    found = index_limits(graph.ops, graph.tensors)
    assert {name: limits.tolist() for name, limits in found.items()} == {
        "i": [5, 3, 2, 3],
        "flat": [5, 3, 2, 3],
        "pairs": [5, 3],
        "a": [8],
        "b": [8],
        "ab": [5, 3, 2, 8],
        "four": [5, 3, 2, 8],
    }
