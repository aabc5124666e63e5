"""PADV2 and MIRROR_PAD."""

from __future__ import annotations

from enum import IntEnum
from typing import Any

from ai_edge_litert import schema_py_generated as schema

from mcuq.ops.movement import PAD, PadAttrs
from mcuq.ops.padding import MIRROR_PAD, PADV2, MirrorPadAttrs
from mcuq.tflite.operators.common import constant_operands, requiring
from mcuq.tflite.operators.form import Rule, Step, TfliteForm, no_options
from mcuq.tflite.operators.movement import pad_attrs, pairs_of_paddings
from mcuq.tflite.operators.version import ByType
from mcuq.tflite.operators.view import OpView

_VALUE = 1
"""The operand of PADV2 that holds what is put around; the paddings, in front of it in a file, are
seen behind it."""


class MirrorPad(IntEnum):
    """MirrorPadOptions."""

    MODE = 0


def one_constant_value(op: OpView) -> str | None:
    """A padding puts one constant value around its input.

    Export the value as a constant, or use a concatenation.
    """
    value = op.constant(_VALUE)
    if value is None:
        return "it is computed at run time"
    return None if value.size == 1 else f"there are {value.size} values"


def known_mode(op: OpView) -> str | None:
    """A mirrored padding repeats the edge or leaves it out: SYMMETRIC or REFLECT.

    Export the model again: the file is damaged.
    """
    if op.options is None:
        return "the file does not say which"
    mode = op.uint8(MirrorPad.MODE)
    known = (schema.MirrorPadMode.SYMMETRIC, schema.MirrorPadMode.REFLECT)
    return None if mode in known else f"the mode is {mode}"


def mirrored_inside(op: OpView) -> str | None:
    """A mirrored padding is no wider than what it mirrors.

    Pad twice, or pad less.
    """
    attrs, shape = _mirror(op), op.shape(0)
    room = [size if attrs.edge else size - 1 for size in shape]
    fits = all(max(pair) <= most for pair, most in zip(attrs.paddings, room, strict=True))
    return None if fits else f"paddings {attrs.paddings} of {shape}"


def _mirror(op: OpView) -> MirrorPadAttrs:
    edge = op.uint8(MirrorPad.MODE) == schema.MirrorPadMode.SYMMETRIC
    return MirrorPadAttrs(pad_attrs(op).paddings, edge)


def _zeros(op: OpView) -> tuple[Step, ...]:
    """A PAD where the value is zero: a padding of the layer behind it may take that in."""
    value = op.constant(_VALUE)
    return () if value is None or value.item() != 0 else (Step(PAD, pad_attrs(op), (0,)),)


def _write_mirror(attrs: MirrorPadAttrs, options: Any) -> None:
    modes = schema.MirrorPadMode
    options.mode = modes.SYMMETRIC if attrs.edge else modes.REFLECT


def _paddings(attrs: PadAttrs | MirrorPadAttrs) -> tuple[Any, ...]:
    return (attrs.paddings,)


FORMS: tuple[TfliteForm[Any], ...] = (
    TfliteForm(
        Rule(
            PADV2,
            "PadV2Options",
            pad_attrs,
            requiring(constant_operands(2), pairs_of_paddings, one_constant_value),
            tensors=2,
            required=3,
            order=(0, 2, 1),
            steps=_zeros,
            stored_steps=lambda op: (),
        ),
        write=no_options,
        constants=_paddings,
        version=ByType(int8=2, int16=3),
        resolver="AddPadV2",
    ),
    TfliteForm(
        Rule(
            MIRROR_PAD,
            "MirrorPadOptions",
            _mirror,
            requiring(constant_operands(1), pairs_of_paddings, known_mode, mirrored_inside),
            required=2,
        ),
        write=_write_mirror,
        constants=_paddings,
        version=ByType(int8=2, int16=3),
        resolver="AddMirrorPad",
    ),
)
