"""No input takes longer: kernels that are said to be steady count the same on every input.

One image with a model of each operator, and the layers of a trained model, on an emulated
Cortex-M7 and on a Cortex-M55, which has kernels of its own.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from number_formats import Form, forms, least_model

from mcuq.bench.vector import has_emulator
from mcuq.calibrate import calibrate
from mcuq.compiler import build_firmware
from mcuq.cost.memory import MemoryPlan, plan_program
from mcuq.data import load_data
from mcuq.emit.c import write_c_model
from mcuq.emit.c.names import Names
from mcuq.importers import load_model
from mcuq.lower import Call, LowerOptions, lower
from mcuq.lower.options import has_lanes
from mcuq.lower.steady import BRANCHES, CLAMPS, STEADY, varies
from mcuq.numeric import TERNARY
from mcuq.quantize import Config, quantize
from mcuq.resources import example_dir, firmware_dir
from mcuq_hil import load_board, open_session

pytestmark = pytest.mark.arm
BOARDS = [
    "stm32f746",
    pytest.param(
        "mps3-an547",
        marks=pytest.mark.skipif(not has_emulator(), reason="qemu-system-arm is not installed"),
    ),
]


def varying(call: Call, core: str) -> str:
    """Why the call's count varies, what completes its output included."""
    told = (varies(function, core, is_external=False) for function in call.functions)
    return next(filter(None, told), "")


def joined(plans: list[MemoryPlan], folder: Path) -> Path:
    """One folder with all the models, for one image."""
    model = folder / "model"
    model.mkdir()
    for number, memory in enumerate(plans):
        names = Names(f"m{number:03d}")
        write_c_model(memory, firmware_dir(), folder / names.word, names=names)
        for part in ("kernels", "include"):
            shutil.copytree(folder / names.word / part, model / part, dirs_exist_ok=True)
        for file in (names.source, names.header):
            shutil.copy(folder / names.word / file, model / file)
    return model


def steady_plans(core: str) -> list[tuple[Form, MemoryPlan]]:
    found = []
    for form in forms((8, 4, 2, TERNARY)):
        qgraph = least_model(form)
        memory = plan_program(lower(qgraph, LowerOptions(lanes=has_lanes(core))))
        calls = memory.program.calls
        if not any(varying(call, core) for call in calls):
            found.append((form, memory))
    return found


def inputs(sizes: list[int], rng: np.random.Generator) -> list[list[bytes]]:
    """The lowest, the highest, all zero, alternating, and random ones."""
    plain = [[bytes([byte]) * size for size in sizes] for byte in (0x80, 0x7F, 0, 0xFF)]
    mixed = [[(b"\x80\x7f" * size)[:size] for size in sizes]]
    random = [[rng.bytes(size) for size in sizes] for _ in range(6)]
    return plain + mixed + random


@pytest.mark.slow
@pytest.mark.parametrize("name", BOARDS)
def test_steady_kernels_count_the_same(name: str, tmp_path: Path) -> None:
    board = load_board(name)
    plans = steady_plans(board.core)
    assert len(plans) > 30
    image = build_firmware(board, joined([memory for _, memory in plans], tmp_path), tmp_path)
    rng = np.random.default_rng(0)
    with open_session(board, image.elf) as session:
        for number, (form, _) in enumerate(plans):
            info = session.select(number)
            tried = inputs([io.bytes for io in info.inputs], rng)
            counts = {session.count(one).total for one in tried}
            assert len(counts) == 1, (form.name, sorted(counts))


@pytest.mark.slow
@pytest.mark.parametrize("name", BOARDS)
def test_layers_of_a_trained_model_count_the_same(name: str, tmp_path: Path) -> None:
    board = load_board(name)
    graph = load_model(example_dir("digits") / "digits_float32.tflite")
    data = load_data(example_dir("digits") / "calibration.npz", graph)
    qgraph = quantize(graph, calibrate(graph, data.inputs), Config())
    memory = plan_program(lower(qgraph, LowerOptions(lanes=has_lanes(board.core))))
    write_c_model(memory, firmware_dir(), tmp_path / "model")
    calls = memory.program.calls
    image = build_firmware(board, tmp_path / "model", tmp_path, profile=len(calls))
    with open_session(board, image.elf) as session:
        tried = inputs([io.bytes for io in session.info.inputs], np.random.default_rng(1))
        layers = np.array([session.count(one).layers for one in tried])
    for call, counts in zip(calls, layers.T, strict=True):
        if not varying(call, board.core):
            assert len(set(counts.tolist())) == 1, call.function
    steady = [call.function for call in calls if call.function in STEADY]
    assert len(steady) >= len(calls) // 2


def test_what_varies_says_why() -> None:
    def calls(kind: str) -> list[str]:
        qgraph = least_model(Form(kind))
        program = lower(qgraph, LowerOptions())
        cores = ("cortex-m7", "cortex-m0plus")
        return [varying(call, core) for core in cores for call in program.calls]

    assert calls("SOFTMAX") == [BRANCHES, BRANCHES]
    assert calls("LOGISTIC") == ["", CLAMPS]
