"""Emitted C with activations quantized at run time gives the bytes of our own evaluation."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from host_model import HostModel
from integer_cases import random_case

from mcuq.build import build_firmware
from mcuq.cost import plan_program
from mcuq.emit.c import write_c_model
from mcuq.errors import UsageError
from mcuq.importers import load_model
from mcuq.interpret.integer import run_integer
from mcuq.lower import lower
from mcuq.ops.binary import ADD
from mcuq.ops.catalog import FLOAT_OPERATORS, WEIGHTED_OPERATORS
from mcuq.ops.operator import AnyOperator, NoForm
from mcuq.ops.unary import TANH
from mcuq.ops.weighted import FULLY_CONNECTED
from mcuq.quantize import Config, WeightChoice, quantize_dynamic
from mcuq.quantized import QuantizedGraph
from mcuq.resources import example_dir, firmware_dir
from mcuq_hil import open_session
from mcuq_hil.boards import load_board

KINDS = [kind for kind in FLOAT_OPERATORS if not isinstance(kind.dynamic, NoForm)]


def dynamic(kind: AnyOperator, seed: int, bits: int) -> tuple[QuantizedGraph, list[np.ndarray]]:
    rng = np.random.default_rng(seed)
    graph = random_case(kind, rng).graph
    qgraph = quantize_dynamic(graph, Config(default_weight=WeightChoice(bits)))
    shapes = [graph.tensors[name].shape for name in graph.inputs]
    width = 10.0 ** rng.uniform(-3, 3)
    reals = [(rng.normal(size=(3, *s[1:])) * width).astype(np.float32) for s in shapes]
    reals[0][0] = 0.0
    return qgraph, reals


@pytest.mark.parametrize("seed", [1, 2, 4])
@pytest.mark.parametrize(
    ("kind", "bits"), [*((k, 8) for k in KINDS), *((k, 4) for k in WEIGHTED_OPERATORS)]
)
def test_every_operator(kind: AnyOperator, bits: int, seed: int, tmp_path: Path) -> None:
    qgraph, inputs = dynamic(kind, seed, bits)
    if kind is ADD and len({qgraph.tensors[n].size for n in qgraph.ops[0].inputs}) > 1:
        with pytest.raises(UsageError, match="broadcasts"):
            lower(qgraph)
        return
    model = HostModel(qgraph, tmp_path)
    expected = run_integer(qgraph, inputs)["y"]
    assert expected.dtype == np.float32
    for sample in range(3):
        found = model.run([x[sample] for x in inputs])[0]
        np.testing.assert_array_equal(found.ravel(), expected[sample].ravel())


def test_operators_without_a_float_form_are_named() -> None:
    qgraph, _ = dynamic(FULLY_CONNECTED, 1, 8)
    lower(qgraph)
    case = random_case(TANH, np.random.default_rng(1))
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
