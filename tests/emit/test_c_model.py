"""Emitted C gives the bytes of our own evaluation, for every operator and for whole models."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from host_model import HostModel
from integer_cases import random_case, random_inputs

from mcuq.interpret.integer import run_integer
from mcuq.ops.catalog import FLOAT_OPERATORS, WEIGHTED_OPERATORS
from mcuq.ops.operator import AnyOperator
from mcuq.ops.weighted import CONV_2D
from mcuq.quantize import Config, WeightChoice, quantize
from mcuq.quantized import QuantizedGraph

Inputs = list[npt.NDArray[np.int8]]


def quantized(kind: AnyOperator, seed: int, bits: int = 8) -> tuple[QuantizedGraph, Inputs]:
    rng = np.random.default_rng(seed)
    case = random_case(kind, rng)
    qgraph = quantize(case.graph, case.ranges, Config(default_weight=WeightChoice(bits)))
    return qgraph, random_inputs(case.graph, rng, samples=4)


def check(qgraph: QuantizedGraph, inputs: Inputs, folder: Path) -> None:
    model = HostModel(qgraph, folder)
    expected = run_integer(qgraph, inputs)
    for sample in range(len(inputs[0])):
        found = model.run([x[sample] for x in inputs])
        for name, values in zip(qgraph.outputs, found, strict=True):
            np.testing.assert_array_equal(values.ravel(), expected[name][sample].ravel())


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("kind", FLOAT_OPERATORS)
def test_every_operator(kind: AnyOperator, seed: int, tmp_path: Path) -> None:
    check(*quantized(kind, seed), tmp_path)


@pytest.mark.parametrize("seed", [3, 4])
@pytest.mark.parametrize("kind", WEIGHTED_OPERATORS)
def test_int4_filters(kind: AnyOperator, seed: int, tmp_path: Path) -> None:
    check(*quantized(kind, seed, bits=4), tmp_path)


def test_the_same_model_gives_the_same_text(tmp_path: Path) -> None:
    qgraph, _ = quantized(CONV_2D, 7)
    texts = []
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        HostModel(qgraph, tmp_path / name)
        texts.append((tmp_path / name / "model" / "model.c").read_bytes())
    assert texts[0] == texts[1]
