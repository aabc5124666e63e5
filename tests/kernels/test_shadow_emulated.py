"""The shadow memory around the code that runs on the target, assembly included."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from operator_cases import FixedRanges
from shadow_emulated import Seen, WatchedCore, link_model
from shadow_layers import LAYERS, chain, promised
from shadow_memory import random_sample

from mcuq.cost.memory import MemoryPlan, plan_program
from mcuq.importers import load_model
from mcuq.interpret.integer import run_integer
from mcuq.lower import LowerOptions, lower
from mcuq.quantize import Config, WeightChoice, quantize
from mcuq.resources import example_dir

pytestmark = [pytest.mark.slow, pytest.mark.arm]

CORES = ["cortex-m0plus", "cortex-m4", "cortex-m33"]
"""Plain C, and the DSP extension in both generations; M7 runs M4's code."""


def check(memory: MemoryPlan, core: str, folder: Path) -> WatchedCore:
    qgraph = memory.program.qgraph
    sample = random_sample(qgraph, np.random.default_rng(1))
    emulated = WatchedCore(core, link_model(memory, core, folder))
    seen = emulated.watch(memory, sample)
    assert seen.violations == (), describe(memory, seen)
    assert seen.loads > 0
    assert seen.stores > 0
    expected = run_integer(qgraph, sample)
    for name in qgraph.outputs:
        assert emulated.output(memory, name) == expected[name].tobytes()
    return emulated


def describe(memory: MemoryPlan, seen: Seen) -> str:
    wanted, found = (
        "nothing" if place is None else f"byte {place[1]} of {memory.buffers[place[0]].name}"
        for place in seen.violations[0]
    )
    functions = ", ".join(memory.program.functions)
    return f"{functions}: {len(seen.violations)} times, first for {wanted}, where {found} is"


@pytest.mark.parametrize("core", CORES)
@pytest.mark.parametrize("bits", [8, 4])
@pytest.mark.parametrize("name", LAYERS)
def test_a_layer_over_its_own_input(name: str, bits: int, core: str, tmp_path: Path) -> None:
    qgraph = chain(*LAYERS[name], bits)
    caught = False
    for number, promise in enumerate(promised(lower(qgraph))):
        folder = tmp_path / str(number)
        folder.mkdir()
        emulated = check(promise.memory, core, folder)
        sample = random_sample(qgraph, np.random.default_rng(1))
        caught = caught or bool(emulated.watch(promise.deeper(1), sample).violations)
    assert caught


@pytest.mark.parametrize("speed", [True, False], ids=["speed", "size"])
def test_a_whole_model(speed: bool, tmp_path: Path) -> None:
    graph = load_model(example_dir("digits") / "digits_float32.tflite")
    qgraph = quantize(graph, FixedRanges(), Config(default_weight=WeightChoice(4)))
    check(plan_program(lower(qgraph, LowerOptions(speed=speed))), "cortex-m4", tmp_path)
