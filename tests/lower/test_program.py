"""Programs: constants counted once, views free, every operator lowered."""

from __future__ import annotations

import numpy as np
import pytest
from operator_cases import FixedRanges, least_case

from mcuq.bench.chain import Chain
from mcuq.bench.measure import quantized
from mcuq.cost import constant_bytes, plan_program
from mcuq.errors import InputError
from mcuq.graph import Graph, Op, Tensor
from mcuq.lower import lower
from mcuq.lower.layout import broadcast_strides, dense_strides
from mcuq.lower.program import Array, DirectionRef, ScratchRef, SmallInteger, Struct
from mcuq.numeric.activation import Activation
from mcuq.ops.attrs import NoAttrs
from mcuq.ops.catalog import FLOAT_OPERATORS
from mcuq.ops.movement import RESHAPE, SQUEEZE, TRANSPOSE, ReshapeAttrs, TransposeAttrs
from mcuq.ops.operator import AnyOperator
from mcuq.ops.unary import RELU, TANH
from mcuq.quantize import quantize


def chain(*ops: Op, shapes: dict[str, tuple[int, ...]]) -> Graph:
    tensors = {name: Tensor(name, shape) for name, shape in shapes.items()}
    return Graph("chain", tensors, ops, ("x",), (ops[-1].output,))


@pytest.mark.parametrize("kind", FLOAT_OPERATORS)
def test_every_operator_has_a_rule(kind: AnyOperator) -> None:
    case = least_case(kind)
    program = lower(quantize(case.graph, case.ranges))
    free = kind in (RESHAPE, SQUEEZE)
    assert bool(program.calls) != free


def test_views_share_their_inputs_bytes() -> None:
    graph = chain(
        Op(RELU, "relu", ("x",), ("a",), NoAttrs()),
        Op(RESHAPE, "flat", ("a",), ("b",), ReshapeAttrs((1, 24))),
        Op(TANH, "tanh", ("b",), ("y",), NoAttrs()),
        shapes={"x": (1, 4, 6), "a": (1, 4, 6), "b": (1, 24), "y": (1, 24)},
    )
    program = lower(quantize(graph, FixedRanges()))
    memory = plan_program(program)
    assert [call.function for call in program.calls] == ["mcuq_lut_s8", "mcuq_lut_s8"]
    assert memory.offset("a") == memory.offset("b")
    assert memory.arena_bytes == 24


def test_equal_constants_are_stored_once() -> None:
    graph = chain(
        Op(TANH, "first", ("x",), ("a",), NoAttrs()),
        Op(TANH, "second", ("a",), ("b",), NoAttrs()),
        Op(TANH, "third", ("b",), ("y",), NoAttrs()),
        shapes=dict.fromkeys("xaby", (1, 8)),
    )
    # a, b and y all have TANH's prescribed output scale, so the last two tables are equal.
    program = lower(quantize(graph, FixedRanges()))
    assert constant_bytes(plan_program(program)).arrays == 2 * 256


def test_struct_words_and_keys() -> None:
    inner = Struct("pair", (("a", 1), ("b", (2, 3))))
    outer = Struct("outer", (("inner", inner), ("array", Array("t", np.zeros(3, np.int8)))))
    assert outer.words == 4
    same = Struct("outer", (("inner", inner), ("array", Array("u", np.zeros(3, np.int8)))))
    no_calls: list[bool] = []
    # Which way a call runs is not asked where no field says it.
    assert outer.key(0, no_calls.__getitem__) == same.key(5, no_calls.__getitem__)
    scratch = Struct("context", (("buf", ScratchRef()),))
    assert scratch.key(0, no_calls.__getitem__) != scratch.key(1, no_calls.__getitem__)
    descends = [False, False, True]
    first, second, third = (
        Struct("layer", (("direction", DirectionRef()),)).key(call, descends.__getitem__)
        for call in range(3)
    )
    assert first == second != third


def test_equal_structures_are_stored_once_unless_their_directions_differ() -> None:
    model = Chain("equal", (1, 4, 4, 8), 0)
    for _ in range(3):
        model.conv(8, 1, 1)
    memory = plan_program(lower(quantized(model.graph(), 8)[0]))
    kept = {
        struct.key(index, memory.descends)
        for index, call in enumerate(memory.program.calls)
        for struct in call.structs()
    }
    assert constant_bytes(memory).structs == 12 * len(kept)
    assert len(kept) < len(memory.program.calls)


def test_narrow_fields_are_packed_and_filled_up_to_words() -> None:
    halves = tuple((f"extent_{i}", SmallInteger(i, 2)) for i in range(3))
    last = ("low", SmallInteger(-128, 1)), ("direction", DirectionRef())
    assert Struct("plain", (*halves, *last)).words == 2
    assert Struct("mixed", (*halves, *last, ("count", 5))).words == 3


def test_too_many_dimensions_are_named() -> None:
    shape = (1, 1, 2, 1, 2, 1, 3)
    graph = chain(
        Op(TRANSPOSE, "turn", ("x",), ("y",), TransposeAttrs((0, 1, 2, 3, 4, 6, 5))),
        shapes={"x": shape, "y": (1, 1, 2, 1, 2, 3, 1)},
    )
    with pytest.raises(InputError, match=r"TRANSPOSE 'turn' has 7 dimensions"):
        lower(quantize(graph, FixedRanges()))


def test_strides() -> None:
    assert dense_strides((2, 3, 4)) == (12, 4, 1)
    assert broadcast_strides((3, 1), (2, 3, 4)) == (0, 1, 0)


@pytest.mark.parametrize(
    ("outputs", "function"), [(65_535, "mcuq_dense_s8"), (65_536, "mcuq_fully_connected")]
)
def test_an_extent_beyond_its_field_takes_the_library_form(outputs: int, function: str) -> None:
    model = Chain("wide", (1, 1), 0)
    model.dense(outputs, Activation.NONE)
    (call,) = lower(quantized(model.graph(), 8)[0]).calls
    assert call.function.startswith(function)
