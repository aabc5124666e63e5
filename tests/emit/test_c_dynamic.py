"""Emitted C with activations quantized at run time gives the bytes of our own evaluation."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from host_model import HostModel
from hypothesis import given, settings
from hypothesis import strategies as st
from operator_cases import Case, cases, least_case

from mcuq.compiler import build_firmware
from mcuq.cost import plan_program
from mcuq.emit.c import write_c_model
from mcuq.errors import UsageError
from mcuq.importers import load_model
from mcuq.interpret.integer import quantize_inputs, run_integer
from mcuq.lower import lower
from mcuq.ops.binary import ADD
from mcuq.ops.catalog import FLOAT_OPERATORS
from mcuq.ops.operator import AnyOperator, NoForm
from mcuq.ops.unary import TANH
from mcuq.ops.weighted import FULLY_CONNECTED
from mcuq.quantize import Config, WeightChoice, quantize_dynamic
from mcuq.quantized import QuantizedGraph
from mcuq.resources import example_dir, firmware_dir
from mcuq_hil import open_session
from mcuq_hil.boards import load_board

KINDS = [kind for kind in FLOAT_OPERATORS if not isinstance(kind.dynamic, NoForm)]


def dynamic(case: Case, bits: int) -> QuantizedGraph:
    return quantize_dynamic(case.graph, Config(default_weight=WeightChoice(bits)))


@pytest.mark.parametrize(
    ("kind", "bits"), [*((k, 8) for k in KINDS), *((k, 4) for k in KINDS if k.weighted)]
)
@settings(max_examples=4)
@given(data=st.data(), exponent=st.floats(-3.0, 3.0))
def test_every_operator(kind: AnyOperator, bits: int, data: st.DataObject, exponent: float) -> None:
    case = data.draw(cases(kind))
    qgraph = dynamic(case, bits)
    if kind is ADD and len(set(case.shapes.values())) > 1:
        with pytest.raises(UsageError, match="broadcasts"):
            lower(qgraph)
        return
    inputs = [values * np.float32(10.0**exponent) for values in case.reals()]
    inputs[0][0] = 0.0
    with TemporaryDirectory() as folder:
        HostModel(qgraph, Path(folder)).check(quantize_inputs(qgraph, inputs))


def test_operators_without_a_float_form_are_named() -> None:
    qgraph = dynamic(least_case(FULLY_CONNECTED), 8)
    lower(qgraph)
    case = least_case(TANH)
    op = case.graph.ops[0]
    mixed = QuantizedGraph(
        "mixed",
        {**qgraph.tensors, **quantize_dynamic(case.graph).tensors, "y": qgraph.tensors["y"]},
        (*qgraph.ops, op),
        qgraph.inputs,
        qgraph.outputs,
    )
    with pytest.raises(UsageError, match="TANH"):
        lower(mixed)


@pytest.mark.arm
@pytest.mark.parametrize("board", ["stm32f746", "nucleo-g071rb"])
def test_the_emulated_board_gives_the_same_bytes(board: str, tmp_path: Path) -> None:
    """One core with a floating-point unit, one without."""
    graph = load_model(example_dir("digits") / "digits_float32.tflite")
    bits = 8 if board == "stm32f746" else 4
    qgraph = quantize_dynamic(graph, Config(default_weight=WeightChoice(bits)))
    memory = plan_program(lower(qgraph))
    write_c_model(memory, firmware_dir(), tmp_path / "model")
    target = load_board(board)
    image = build_firmware(target, tmp_path / "model", tmp_path / "image")
    x = np.load(example_dir("digits") / "evaluation.npz")["x"][:2].astype(np.float32)
    x = x.reshape(2, *graph.tensors[graph.inputs[0]].shape[1:])
    expected = run_integer(qgraph, [x])[graph.outputs[0]]
    with open_session(target, image.elf) as session:
        for sample in range(2):
            found = session.run([x[sample].tobytes()])
            assert found == [expected[sample].tobytes()]
