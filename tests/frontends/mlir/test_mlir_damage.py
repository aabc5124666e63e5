"""Anything but what mcuq wrote is refused with the line and the reason."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mcuq.calibrate import Ranges
from mcuq.emit.mlir import write_mlir
from mcuq.errors import InputError
from mcuq.frontends import load_model
from mcuq.frontends.mlir import read_mlir
from mcuq.graph import Activation, BinaryAttrs, ConvAttrs, Graph, Op, OpKind, Tensor
from mcuq.quantize import quantize, with_float_edges


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
        Op(OpKind.CONV_2D, "conv", ("x", "w"), ("c",), ConvAttrs((2, 2))),
        Op(OpKind.ADD, "add", ("c", "half"), ("y",), BinaryAttrs(Activation.RELU)),
    )
    return Graph("small", tensors, ops, ("x",), ("y",))


TEXT = write_mlir(_graph())


@pytest.mark.parametrize(
    ("old", "new", "line", "reason"),
    [
        ("stride = array<i64: 2, 2>}>", "stride = array<i64: 1, 2>}>", 7, "contradicts"),
        ('"tosa.add"', '"tosa.sub"', 9, "stands where 'tosa.add' should"),
        ("%arg0, %0, %2", "%arg0, %0, %9", 7, "%9 is used before it is defined"),
        ('= "ADD"', '= "ADDITION"', 10, "no operator ADDITION"),
        ('mcuq.inputs = ["c", "half"]', 'mcuq.inputs = ["c", "third"]', 10, "called 'third'"),
        ('{mcuq.tensor = "half"}', '{mcuq.tensor = "w"}', 5, "two tensors"),
        ('activation = "relu"', 'activation = "tanh"', 10, "not a valid Activation"),
        ('activation = "relu"', 'activation = "none"', 9, "other mcuq attributes"),
        ('padding = "valid"', "padding = 3 : i64", 7, "attribute padding"),
        ('dense<"0x0000003F0000803E">', 'dense<"0x0000003F0000807F">', 5, "NaN or infinity"),
        ('dense<"0x0000003F0000803E">', 'dense<"0x00003F0000803E">', 5, "7 bytes of data"),
        ("%arg0: tensor<1x4x4x1xf32>", "%arg0: tensor<1x4x?x1xf32>", 3, "expected"),
        ("%arg0: tensor<1x4x4x1xf32>", "%arg0: tensor<1x4x4x2xf32>", 7, "another type"),
        ('"func.return"(%6)', '"func.return"(%5)', 10, "mcuq.outputs"),
        ('mcuq.format = "1"', 'mcuq.format = "2"', 1, "mcuq.format"),
        ("array<i64: 2, 2>}, mcuq", "array<i64: 0, 2>}, mcuq", 7, "CONV_2D 'c'"),
    ],
)
def test_an_edited_file_is_refused(old: str, new: str, line: int, reason: str) -> None:
    assert TEXT.count(old) == 1
    with pytest.raises(InputError, match=reason) as caught:
        read_mlir(TEXT.replace(old, new), "model.mlir")
    assert caught.value.cause.startswith(f"model.mlir, line {line}: ")
    assert caught.value.hint


@pytest.mark.parametrize("size", range(0, len(TEXT) - 1, 97))
def test_a_truncated_file_is_refused(size: int) -> None:
    with pytest.raises(InputError, match="line"):
        read_mlir(TEXT[:size])


@given(
    st.integers(0, len(TEXT) - 1), st.sampled_from('0123456789<>{}[]()"%:,-.xe#!'), st.booleans()
)
@settings(max_examples=400)
def test_a_character_changed_or_added_is_refused_or_harmless(
    position: int, character: str, keep: bool
) -> None:
    """No exception but InputError, whatever stands in the file."""
    damaged = TEXT[:position] + character + TEXT[position + (not keep) :]
    try:
        graph = read_mlir(damaged)
    except InputError as error:
        assert "line" in error.cause
    else:
        assert isinstance(graph, Graph) and len(graph.ops) == len(_graph().ops)


def test_deep_nesting_is_refused() -> None:
    deep = "dense<" + "[" * 100_000
    with pytest.raises(InputError, match="nested too deeply"):
        read_mlir(TEXT.replace('dense<"', deep, 1))


def test_pretty_form_is_refused_with_a_way_out() -> None:
    with pytest.raises(InputError, match=r"line 1: expected .* found 'module \{'") as caught:
        read_mlir("module {\n}\n")
    assert "generic form" in caught.value.hint


def test_load_model_knows_the_suffix(tmp_path: Path) -> None:
    path = tmp_path / "small.mlir"
    path.write_text(TEXT)
    assert load_model(path).ops == _graph().ops


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "small.mlir"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(InputError, match="is no text"):
        load_model(path)


def test_float_edges_are_left_to_the_build(tmp_path: Path) -> None:
    qgraph = quantize(_graph(), Ranges({name: {"minmax": (-4.0, 4.0)} for name in "xcy"}))
    path = tmp_path / "edges.mlir"
    path.write_text(write_mlir(qgraph))
    assert load_model(path).outputs == ("y",)
    path.write_text(write_mlir(with_float_edges(qgraph)))
    with pytest.raises(InputError, match="float at its edges"):
        load_model(path)
