"""What TensorFlow Lite says of operators is complete and in the schema's words."""

from __future__ import annotations

import re

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema
from operator_cases import least_case

from mcuq.numeric.tensor import QuantizedTensor
from mcuq.ops.catalog import OPERATORS
from mcuq.ops.operator import AnyOperator, QuantizedOp
from mcuq.ops.table import Table
from mcuq.tflite.operators import binary, functions, movement, pooling, slicing, unary
from mcuq.tflite.operators.catalog import FORMS, OPTIONS, RESOLVERS, RULES, operator_version
from mcuq.tflite.operators.links import ChainLink


@pytest.mark.parametrize("operator", OPERATORS, ids=str)
def test_an_operator_left_out_is_named_when_the_table_is_made(operator: AnyOperator) -> None:
    others = {other: FORMS[other] for other in OPERATORS if other is not operator}
    with pytest.raises(TypeError, match=rf"no TFLite form for {operator}$"):
        Table("TFLite form", others)


def test_resolvers_have_a_method_for_all_that_is_written() -> None:
    methods = {name[3:].lower() for name in RESOLVERS.values()}
    assert methods == {name.replace("_", "").lower() for name in RESOLVERS}
    written = {form.kind for kind in OPERATORS for form in _links(kind)}
    assert written <= RESOLVERS.keys()


def _links(kind: AnyOperator) -> tuple[ChainLink, ...]:
    links = FORMS[kind].stored_links
    if links is None:
        return (ChainLink(kind.name, ()),)
    (values, attrs) = (
        QuantizedTensor("x", (1,), 8, np.ones(1, np.float32)),
        least_case(kind).attrs,
    )
    return links(QuantizedOp(attrs, (values, values), values))


@pytest.mark.parametrize("operator", OPERATORS, ids=str)
def test_a_form_is_of_its_operator(operator: AnyOperator) -> None:
    form = FORMS[operator]
    assert form.rule.kind is operator
    assert hasattr(schema.BuiltinOperator, operator.name) != (form.real_links is not None)
    if form.stored_links is not None and not form.resolver:
        return
    plain = operator.name.replace("_", "").lower()
    assert form.resolver.lower() == f"add{plain}"
    assert re.fullmatch(r"(Add)([A-Z0-9][a-z]*)+", form.resolver)


def test_options_are_members_of_the_schema() -> None:
    assert OPTIONS.keys() >= RULES.keys()
    for name, options in OPTIONS.items():
        assert hasattr(schema.BuiltinOperator, name)
        assert not options or hasattr(schema.BuiltinOptions, options)
        assert not options or hasattr(schema, f"{options}T")


def test_further_rules_are_of_names_that_are_no_operator_of_ours() -> None:
    ours = {operator.name for operator in OPERATORS}
    for family in (binary, unary, functions, pooling, movement, slicing):
        assert not ours & family.FURTHER_RULES.keys()
        assert family.FURTHER_RULES.keys() <= RULES.keys()


@pytest.mark.parametrize(
    ("kind", "inputs", "output", "version"),
    [
        ("ADD", ["float32", "float32"], "float32", 1),
        ("ADD", ["int8", "int8"], "int8", 2),
        ("SUB", ["int16", "int16"], "int16", 5),
        ("QUANTIZE", ["float32"], "int8", 1),
        ("QUANTIZE", ["int8"], "int16", 2),
        ("DEQUANTIZE", ["int8"], "float32", 2),
        ("CONV_2D", ["float32", "float32", "float32"], "float32", 1),
        ("CONV_2D", ["float32", "int8", "float32"], "float32", 5),
        ("CONV_2D", ["int16", "int8", "int64"], "int16", 4),
        ("DEPTHWISE_CONV_2D", ["float32", "int8", "float32"], "float32", 6),
        ("DEPTHWISE_CONV_2D", ["int8", "int4", "int32"], "int8", 7),
        ("FULLY_CONNECTED", ["int8", "int8"], "int8", 6),
        ("FULLY_CONNECTED", ["int16", "int4", "int64"], "int16", 13),
        ("FULLY_CONNECTED", ["float32", "int8", "float32"], "float32", 12),
        ("ABS", ["int8"], "int8", 2),
        ("ABS", ["int16"], "int16", 3),
        ("ELU", ["int8"], "int8", 1),
        ("RSQRT", ["int8"], "int8", 2),
        ("LOG_SOFTMAX", ["int8"], "int8", 2),
        ("COS", ["float32"], "float32", 1),
        ("GELU", ["float32"], "float32", 1),
    ],
)
def test_versions_are_those_of_the_converter(
    kind: str, inputs: list[str], output: str, version: int
) -> None:
    assert operator_version(kind, inputs, [output]) == version
