"""Comparisons, logic, SELECT_V2, ARG_MAX and ARG_MIN: operators with truth values or indices."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from mcuq.emit.mlir.syntax import Number, TensorType, Value
from mcuq.emit.mlir.tosa.block import Block
from mcuq.emit.mlir.tosa.elementwise import Rule, reduction
from mcuq.ops.attrs import Attrs
from mcuq.ops.cast import CAST
from mcuq.ops.comparison import EQUAL, GREATER, GREATER_EQUAL, LESS, LESS_EQUAL, NOT_EQUAL
from mcuq.ops.logic import LOGICAL_AND, LOGICAL_NOT, LOGICAL_OR, REDUCE_ALL
from mcuq.ops.operator import AnyOperator
from mcuq.ops.position import ARG_MAX, ARG_MIN, PositionAttrs
from mcuq.ops.selection import SELECT_V2


def _compared(name: str, negated: bool = False) -> Rule:
    """The rule of a comparison that is one of TOSA's three, or the opposite of one."""

    def rule(block: Block, attrs: Attrs, inputs: Sequence[Value], output: TensorType) -> Value:
        first, second = block.reals(inputs)
        result = block.binary(name, first, second, "i1")
        return block.emit("tosa.logical_not", [result], result.type) if negated else result

    return rule


def _logical(name: str) -> Rule:
    def rule(block: Block, attrs: Attrs, inputs: Sequence[Value], output: TensorType) -> Value:
        return block.binary(name, inputs[0], inputs[1])

    return rule


def _not(block: Block, attrs: Attrs, inputs: Sequence[Value], output: TensorType) -> Value:
    return block.emit("tosa.logical_not", inputs, output)


def _select(block: Block, attrs: Attrs, inputs: Sequence[Value], output: TensorType) -> Value:
    """All three of equal rank."""
    ranked = [block.with_rank(value, len(output.shape)) for value in inputs]
    return block.emit("tosa.select", ranked, output)


def _position(largest: bool) -> Callable[..., Value]:
    """The rule of the place of the largest value; of the smallest, where it is that of -x."""

    def rule(
        block: Block, attrs: PositionAttrs, inputs: Sequence[Value], output: TensorType
    ) -> Value:
        (source,) = block.reals(inputs)
        if not largest:
            zero = block.scalar(0.0, len(source.type.shape))
            source = block.binary("sub", zero, source)
        return block.emit("tosa.argmax", [source], output, axis=Number(attrs.axis, "i32"))

    return rule


def _cast(block: Block, attrs: Attrs, inputs: Sequence[Value], output: TensorType) -> Value:
    """tosa.cast rounds: what is behind the point goes by the floor of the magnitude."""
    (source,) = block.reals(inputs)
    if source.type.element == "f32" and output.element == "i32":
        size = block.emit(
            "tosa.floor", [block.emit("tosa.abs", [source], source.type)], source.type
        )
        zero = block.scalar(0.0, len(source.type.shape))
        below = block.binary("greater", zero, source, "i1")
        negative = block.binary("sub", zero, size)
        source = block.emit("tosa.select", [below, negative, size], source.type)
    return block.emit("tosa.cast", [source], output)


RULES: Mapping[AnyOperator, Rule] = {
    EQUAL: _compared("equal"),
    NOT_EQUAL: _compared("equal", negated=True),
    GREATER: _compared("greater"),
    GREATER_EQUAL: _compared("greater_equal"),
    LESS: _compared("greater_equal", negated=True),
    LESS_EQUAL: _compared("greater", negated=True),
    LOGICAL_AND: _logical("logical_and"),
    LOGICAL_OR: _logical("logical_or"),
    LOGICAL_NOT: _not,
    SELECT_V2: _select,
    ARG_MAX: _position(largest=True),
    ARG_MIN: _position(largest=False),
    CAST: _cast,
    REDUCE_ALL: reduction("reduce_all"),
}
