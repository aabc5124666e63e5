"""A model is refused for everything at once, and for nothing that another refusal causes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tflite_files import File, opts

from mcuq.cli.main import main
from mcuq.errors import InputError, Refusal
from mcuq.importers import load_onnx, load_tflite
from mcuq.importers.missing import UnknownOperatorsError

GOOD, UNKNOWN, RULE = "good", "unknown", "rule"
STEPS = st.lists(st.sampled_from([GOOD, UNKNOWN, RULE]), min_size=2, max_size=7)
"""Of a chain: an operator that is read, one of no known kind, one that breaks a rule."""


def tflite_chain(steps: Sequence[str]) -> bytes:
    file = File()
    value = source = file.tensor("x", (1, 4, 4, 2))
    for number, step in enumerate(steps):
        result = file.tensor(f"t{number}", (1, 4, 4, 2))
        if step == RULE:
            axis = file.constant(f"axis{number}", [9])
            options = opts("Cumsum", exclusive=False, reverse=False)
            value = file.op("CUMSUM", [value, axis], result, options)
        else:
            value = file.op("MATRIX_DIAG" if step == UNKNOWN else "TANH", [value], result)
    return file.content([source], [value])


def onnx_chain(steps: Sequence[str]) -> bytes:
    from onnx_cases import Model

    model, value = Model((1, 3, 4, 4)), "x0"
    for step in steps:
        if step == RULE:
            value = model.node("Softmax", [value], axis=9)
        else:
            value = model.node("Acosh" if step == UNKNOWN else "Tanh", [value])
    return model.content(value)


def refused(content: bytes, load: object) -> InputError | None:
    try:
        load(content)  # type: ignore[operator]
    except InputError as error:
        return error
    return None


def check_chain(steps: Sequence[str], error: InputError | None) -> None:
    kinds = {step for step in steps if step != GOOD}
    if not kinds:
        assert error is None
        return
    assert error is not None
    assert isinstance(error, UnknownOperatorsError) == (UNKNOWN in kinds)
    told = error.refusals
    if len(kinds) == 1:
        assert told == () and "refusals" not in error.cause
        return
    assert len(told) == len(kinds)
    assert all(one.hint and "\n" not in one.cause + one.hint for one in told)
    assert error.cause.startswith(f"{len(kinds)} refusals, the first: ")


@given(STEPS)
def test_a_tflite_chain(steps: list[str]) -> None:
    check_chain(steps, refused(tflite_chain(steps), load_tflite))


@given(STEPS)
def test_an_onnx_chain(steps: list[str]) -> None:
    pytest.importorskip("onnx", reason="pip install 'mcuq[onnx]'")
    check_chain(steps, refused(onnx_chain(steps), load_onnx))


def test_places_that_say_the_same_are_one_line() -> None:
    error = refused(tflite_chain([RULE, UNKNOWN, UNKNOWN, GOOD, UNKNOWN]), load_tflite)
    assert error is not None
    unknown, rule = error.refusals
    assert unknown.cause.startswith("operator 1 MATRIX_DIAG")
    assert unknown.cause.endswith("; and 2 more such")
    assert "operator 0 CUMSUM" in rule.cause


def test_what_depends_on_a_refused_constant_is_not_looked_at() -> None:
    pytest.importorskip("onnx", reason="pip install 'mcuq[onnx]'")
    from onnx_cases import Model

    model = Model((1, 6))
    # A constant that nothing here computes: the shape of a Reshape and all behind it.
    shape = model.node("Bernoulli", [model.constant(np.ones(2, np.float32))])
    reshaped = model.node("Reshape", ["x0", model.node("Cast", [shape], to=7)])
    other = model.node("Softmax", ["x0"], axis=5)
    error = refused(model.content(model.node("Add", [reshaped, other])), load_onnx)
    assert error is not None
    assert [one.cause.split(" (")[0] for one in error.refusals] == [
        "node 0 Bernoulli",
        "node 3 Softmax",
    ]


def test_graphs_too_large_in_several_places_are_refused_for_all() -> None:
    from mcuq.graph import Graph, Op, Tensor
    from mcuq.importers.buildable import check_buildable
    from mcuq.ops.attrs import NoAttrs
    from mcuq.ops.movement import TRANSPOSE, TransposeAttrs
    from mcuq.ops.unary import TANH

    wide = (1, 1, 1, 1, 1, 2)
    deep = (*wide, 1)
    tensors = {n: Tensor(n, s) for n, s in (("x", wide), ("a", wide), ("y", deep), ("b", deep))}
    ops = (
        Op(TRANSPOSE, "a", ("x",), ("a",), TransposeAttrs((0, 1, 2, 3, 4, 5))),
        Op(TANH, "b", ("y",), ("b",), NoAttrs()),
    )
    graph = Graph("g", tensors, ops, ("x", "y"), ("a", "b"))
    with pytest.raises(InputError) as caught:
        check_buildable(graph)
    assert [one.cause.split(":")[0] for one in caught.value.refusals] == [
        "TRANSPOSE 'a'",
        "TANH 'b'",
    ]


@pytest.mark.parametrize("command", ["inspect", "quantize"])
def test_each_is_a_line_with_its_remedy(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "model.tflite"
    path.write_bytes(tflite_chain([UNKNOWN, RULE]))
    error = refused(path.read_bytes(), load_tflite)
    assert error is not None
    more = [] if command == "inspect" else ["-o", str(tmp_path / "out")]
    data = [] if command == "inspect" else ["--calibration", str(tmp_path / "x.npz")]
    if data:
        np.savez(data[1], x=np.zeros((2, 4, 4, 2), np.float32))
    assert main([command, str(path), *data, *more]) == 3
    lines = capsys.readouterr().err.splitlines()
    shown = [line for line in lines if line.startswith("refused: ")]
    assert shown == [f"refused: {_line(one)}" for one in error.refusals]
    assert len(shown) == 2


def _line(one: Refusal) -> str:
    return f"{one.cause}: {one.hint}"


def test_variables_and_operators_are_refused_at_once() -> None:
    """Two weights that nothing sets, a variable of two shapes, and a kind that is unknown."""
    file = File()
    value = source = file.tensor("x", (1, 4, 4, 2))
    for name in ("first", "second"):
        handle = file.op(
            "VAR_HANDLE",
            [],
            file.tensor(f"{name}/h", (1,), "resource"),
            opts("VarHandle", sharedName=name),
        )
        read = file.op("READ_VARIABLE", [handle], file.tensor(name, (1, 4, 4, 2)))
        value = file.op("ADD", [value, read], file.tensor(f"{name}/sum", (1, 4, 4, 2)), opts("Add"))
    value = file.op("MATRIX_DIAG", [value], file.tensor("y", (1, 4, 4, 2)))
    value = file.op("SOFTMAX", [source], file.tensor("z", (1, 4, 4, 2)), opts("Softmax", beta=0.0))
    error = refused(file.content([source], [value]), load_tflite)
    assert error is not None
    causes = [one.cause for one in error.refusals]
    assert len(causes) == 3
    assert causes[0].startswith("operator 6 MATRIX_DIAG")
    assert "which nothing sets" in causes[1] and causes[1].endswith("; and 1 more such")
    assert causes[2].startswith("operator 7 SOFTMAX")


def test_files_taken_as_they_are_are_refused_for_everything() -> None:
    from as_given import affine

    from mcuq.prequantized.load import load_quantized

    file = File()
    x = file.tensor("x", (1, 4), "int8", **affine(0.1, 3))
    values = {
        kind: file.op(kind, [x, x], file.tensor(kind, (1, 4), "int8", **affine(0.2, 3)), options)
        for kind, options in (("ADD_N", opts("AddN")), ("DIV", opts("Div")))
    }
    blocks = [file.constant("block", [1, 2]), file.constant("pads", [[0, 0], [1, 1]])]
    image = file.tensor("image", (1, 2, 4, 1), "int8", **affine(0.1, 3))
    spread = file.tensor("spread", (2, 2, 3, 1), "int8", **affine(0.1, 3))
    values["spread"] = file.op("SPACE_TO_BATCH_ND", [image, *blocks], spread)
    error = refused(file.content([x, image], list(values.values())), load_quantized)
    assert error is not None
    causes = [one.cause for one in error.refusals]
    assert [cause.split(" ")[2] for cause in causes] == ["ADD_N", "DIV", "SPACE_TO_BATCH_ND"]
    assert all("\n" not in one.cause + one.hint and one.hint for one in error.refusals)
