"""The comparison with xDSL sees text that is no MLIR, and text that says something else."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mlir_graphs import quantized
from module_says import assert_says
from xdsl.utils.exceptions import ParseError, VerifyException
from xdsl_module import parsed

from mcuq.emit.mlir import write_mlir
from mcuq.graph import Graph, Op, Tensor
from mcuq.numeric.activation import Activation
from mcuq.ops.binary import SUB, BinaryAttrs
from mcuq.ops.weighted import CONV_2D
from mcuq.ops.weighted_params import ConvAttrs

_NO_MLIR = (ParseError, VerifyException)


def _graph() -> Graph:
    weight = np.linspace(-1, 1, 8, dtype=np.float32).reshape(2, 2, 2, 1)
    tensors = {
        "x": Tensor("x", (1, 4, 4, 1)),
        "w": Tensor("w", weight.shape, weight),
        "c": Tensor("c", (1, 2, 2, 2)),
        "half": Tensor("half", (2,), np.array([0.5, 0.25], np.float32)),
        "y": Tensor("y", (1, 2, 2, 2)),
    }
    ops = (
        Op(CONV_2D, "conv", ("x", "w"), ("c",), ConvAttrs((2, 2))),
        Op(SUB, "sub", ("c", "half"), ("y",), BinaryAttrs(Activation.RELU6)),
    )
    return Graph("small", tensors, ops, ("x",), ("y",))


GRAPH, QGRAPH = _graph(), quantized(_graph(), 4)
TEXT, QUANTIZED = write_mlir(GRAPH), write_mlir(QGRAPH)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("%arg0, %0, %2", "%arg0, %0, %9"),
        ("%arg0: tensor<1x4x4x1xf32>", "%arg0: tensor<1x4x4x2xf32>"),
        ("%arg0: tensor<1x4x4x1xf32>", "%arg0: tensor<1x4x4x1xf32"),
        ('dense<"0x0000003F0000803E">', 'dense<"0x000003F0000803E">'),
        ('dense<"0x0000003F0000803E">', 'dense<"0x00003F0000803E">'),
        ("stride = array<i64: 2, 2>", "stride = array<i64: 2; 2>"),
        ('"func.return"(%6)', '"func.return"(%1)'),
        ("tensor<1x1x1x2xf32>) ->", "tensor<1x1x1x2xf32> ->"),
        ("-> tensor<1x2x2x2xf32>, sym_name", "-> tensor<1x2x2x3xf32>, sym_name"),
        ("%1 =", "%0 ="),
    ],
)
def test_text_that_is_no_mlir_is_refused(old: str, new: str) -> None:
    assert TEXT.count(old) == 1
    with pytest.raises(_NO_MLIR):
        parsed(TEXT.replace(old, new))


@pytest.mark.parametrize("size", range(0, TEXT.rindex("}"), 97))
def test_a_truncated_module_is_refused(size: int) -> None:
    # Not within a string: xDSL's lexer takes exponential time for one that does not end.
    start = TEXT[:size].rpartition(" ")[0]
    with pytest.raises(_NO_MLIR):
        parsed(start)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<i4<-7:7>:f32:0, {0.1428571492433548,", "<i4<-7:7>:f32:0, {0.1428571492433549,"),
        ("<i4<-7:7>:f32:0, {", "<i4<-8:7>:f32:0, {"),
        ("<i8<-128:127>:f32, 0.05041516572237015:10>", "<i8<-128:127>:f32, 0.05041516572237015>"),
        ("<i8<-128:127>:f32, 0.05041516572237015:10>", "<i8<-128:127>:f32, 0.0:10>"),
        (
            "<i8<-128:127>:f32, 0.05041516572237015:10>",
            "<i8<-128:127>:f32, 0.05041516572237015:200>",
        ),
        ("input_zp = 10", "input_zp = 11"),
        ('dense<"0x090B', 'dense<"0x090C'),
        ("(%4, %6)", "(%6, %4)"),
    ],
)
def test_a_quantized_module_that_says_something_else_is_seen(old: str, new: str) -> None:
    assert old in QUANTIZED
    with pytest.raises((*_NO_MLIR, AssertionError)):
        assert_says(QUANTIZED.replace(old, new), QGRAPH)


_COUNTS = re.compile(r"bb0|0x|(?<=\.[0-9]{16})[0-9]+|([0-9A-Za-z])")
"""Labels, what marks hexadecimal and digits that a float64 has no room for stand for nothing."""
_CHANGEABLE = {
    text: [found.start() for found in _COUNTS.finditer(text) if found.group(1)]
    for text in (TEXT, QUANTIZED)
}


@pytest.mark.parametrize(("text", "graph"), [(TEXT, GRAPH), (QUANTIZED, QGRAPH)])
@given(data=st.data())
@settings(max_examples=150)
def test_every_letter_and_digit_counts(text: str, graph: Graph, data: st.DataObject) -> None:
    position = data.draw(st.sampled_from(_CHANGEABLE[text]))
    others = [c for c in "0123456789abcdefix" if c != text[position].lower()]
    character = data.draw(st.sampled_from(others))
    malformed = text[:position] + character + text[position + 1 :]
    # xDSL unpacks no i65; a name that stands for nothing is no key.
    with pytest.raises((*_NO_MLIR, AssertionError, LookupError, NotImplementedError)):
        assert_says(malformed, graph)
