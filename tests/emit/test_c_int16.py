"""Emitted C with int16 activations gives the bytes of our own evaluation."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from host_model import HostModel
from integer_cases import random_case

from mcuq.interpret.integer import run_integer
from mcuq.ops.catalog import FLOAT_OPERATORS, WEIGHTED_OPERATORS
from mcuq.ops.operator import AnyOperator
from mcuq.ops.resize import RESIZE_BILINEAR
from mcuq.quantize import Config, WeightChoice, quantize

KINDS = [kind for kind in FLOAT_OPERATORS if kind is not RESIZE_BILINEAR]


def check(kind: AnyOperator, seed: int, bits: int, folder: Path) -> None:
    rng = np.random.default_rng(seed)
    case = random_case(kind, rng)
    config = Config(default_weight=WeightChoice(bits), activation_bits=16)
    qgraph = quantize(case.graph, case.ranges, config)
    shapes = [qgraph.tensors[name].shape for name in qgraph.inputs]
    inputs = [rng.integers(-32768, 32768, (3, *s[1:])).astype(np.int16) for s in shapes]
    model = HostModel(qgraph, folder)
    expected = run_integer(qgraph, inputs)
    for sample in range(3):
        found = model.run([x[sample] for x in inputs])
        for name, values in zip(qgraph.outputs, found, strict=True):
            np.testing.assert_array_equal(values.ravel(), expected[name][sample].ravel())


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("kind", KINDS)
def test_every_operator(kind: AnyOperator, seed: int, tmp_path: Path) -> None:
    check(kind, seed, 8, tmp_path)


@pytest.mark.parametrize("seed", [3, 4])
@pytest.mark.parametrize("kind", WEIGHTED_OPERATORS)
def test_int4_filters(kind: AnyOperator, seed: int, tmp_path: Path) -> None:
    check(kind, seed, 4, tmp_path)
