"""The forms of all operators, and the rules for all names that are read."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Mapping, Sequence
from typing import Any

from mcuq.ops.table import Table
from mcuq.tflite.operators import (
    binary,
    blocks,
    cast,
    comparison,
    conversion,
    extremes,
    functions,
    gathering,
    l2_pooling,
    matmul,
    movement,
    padding,
    pooling,
    position,
    quotient,
    recurrent,
    repetition,
    resize,
    slicing,
    softmax,
    unary,
    update,
    weighted,
)
from mcuq.tflite.operators.form import Rule, TfliteForm
from mcuq.tflite.operators.version import Types

_READ: tuple[TfliteForm[Any], ...] = (
    *weighted.FORMS,
    *matmul.FORMS,
    *binary.FORMS,
    *quotient.FORMS,
    *extremes.FORMS,
    *comparison.FORMS,
    *position.FORMS,
    *cast.FORMS,
    *unary.FORMS,
    *functions.FORMS,
    *softmax.FORMS,
    *pooling.FORMS,
    *movement.FORMS,
    *slicing.FORMS,
    *padding.FORMS,
    *gathering.FORMS,
    *repetition.FORMS,
    *update.FORMS,
    *resize.FORMS,
    *recurrent.FORMS,
)
_ALL: tuple[TfliteForm[Any], ...] = (
    *_READ,
    *functions.COMPOSED_FORMS,
    *conversion.FORMS,
)

FORMS = Table("TFLite form", {form.rule.kind: form for form in _ALL})
"""Operator → what TensorFlow Lite says of it."""
RULES: dict[str, Rule[Any]] = {
    **{form.rule.kind.name: form.rule for form in _READ},
    **comparison.FURTHER_RULES,
    **binary.FURTHER_RULES,
    **unary.FURTHER_RULES,
    **functions.FURTHER_RULES,
    **pooling.FURTHER_RULES,
    **l2_pooling.FURTHER_RULES,
    **movement.FURTHER_RULES,
    **slicing.FURTHER_RULES,
    **blocks.FURTHER_RULES,
    **gathering.FURTHER_RULES,
    **repetition.FURTHER_RULES,
}
"""BuiltinOperator name → how it becomes operators of the graph."""
READABLE: Mapping[str, Rule[Any]] = ChainMap(
    RULES, {form.rule.kind.name: form.rule for form in functions.COMPOSED_FORMS}
)
"""The same with operators that TensorFlow Lite has no name for: they are found as tables."""
CONVERSIONS = frozenset(form.rule.kind.name for form in conversion.FORMS)
"""Names of operators that leave every real number as it is: a float graph has none of them."""
ELEMENTWISE = frozenset(
    form.rule.kind.name
    for form in (
        *binary.FORMS,
        *quotient.FORMS,
        *extremes.FORMS,
        *comparison.FORMS,
        *cast.FORMS,
        *unary.FORMS,
        *functions.FORMS,
        *conversion.FORMS,
    )
)
"""Names of operators whose result at a place depends on the operands at that place only."""
OPTIONS: dict[str, str] = {
    **{name: rule.options for name, rule in RULES.items()},
    **movement.FURTHER_OPTIONS,
    **slicing.FURTHER_OPTIONS,
}
"""BuiltinOperator name → name of the options' union member; empty where it has none."""

RESOLVERS: dict[str, str] = {
    **{form.rule.kind.name: form.resolver for form in _ALL if form.resolver},
    "GATHER": "AddGather",
}
"""BuiltinOperator name → method of TensorFlow Lite Micro's MicroMutableOpResolver."""

_BY_NAME = {form.rule.kind.name: form for form in _ALL}


def operator_version(
    kind: str, inputs: Sequence[str], outputs: Sequence[str], options: Any = None
) -> int:
    """Version of operator `kind` for the dtypes of its inputs and outputs.

    Args:
        kind: BuiltinOperator name; 1 is the version of one that mcuq does not write.
        inputs: dtype names of the inputs that are present.
        outputs: dtype names of the outputs.
        options: the operator's `*OptionsT` object, where versions depend on it.
    """
    form = _BY_NAME.get(kind)
    return 1 if form is None else form.version(Types(inputs, outputs, options))
