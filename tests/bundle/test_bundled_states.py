"""A model that keeps states beside one that keeps none: no run of the other changes its bytes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mcuq.bundle import bundle_models
from mcuq.bundle.store import read_bundle
from mcuq.report.store import read_manifest
from mcuq.result.bundle import ArenaUse
from mcuq.tflite.micro import run_micro
from mcuq_hil import load_board, open_session

pytestmark = [pytest.mark.slow, pytest.mark.arm]

_SEQUENCES, _STEPS, _CHANNELS = 3, 6, 8


@pytest.mark.parametrize("arena", ["separate", "shared"])
def test_states_outlive_the_runs_of_others(
    arena: ArenaUse, faces: Path, stream: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "out"
    made = bundle_models([faces, stream], folder, arena=arena)
    kept = read_manifest(stream).state_bytes
    assert [model.state_bytes for model in made.models] == [0, kept]
    assert made.result.state_bytes == kept > 0
    assert made == read_bundle(folder)

    random = np.random.default_rng(4)
    steps = random.integers(-128, 128, (_SEQUENCES, _STEPS, _CHANNELS)).astype(np.int8)
    images = random.integers(-128, 128, (_SEQUENCES * _STEPS, 64)).astype(np.int8)
    answers = run_micro((folder / "stream.tflite").read_bytes(), [steps])[0]
    digits = run_micro((folder / "faces.tflite").read_bytes(), [images])[0]
    # The same step is answered otherwise after others: the states are at work.
    last = run_micro((folder / "stream.tflite").read_bytes(), [steps[:, -1:]])[0]
    assert not np.array_equal(answers[:, -1], last[:, 0])

    with open_session(load_board("stm32f746"), folder / "firmware.elf") as session:
        for sequence in range(_SEQUENCES):
            session.select(1)
            if sequence:  # those of the start are initial ones
                session.begin()
            for step in range(_STEPS):
                session.select(1)
                session.check(
                    [steps[sequence, step].tobytes()], [answers[sequence, step].tobytes()]
                )
                session.select(0)
                session.begin()  # of the selected model: it keeps none, the other's stay
                image = sequence * _STEPS + step
                session.check([images[image].tobytes()], [digits[image].tobytes()])


def test_two_of_them_keep_their_own(stream: Path, again: Path, tmp_path: Path) -> None:
    """Even with one arena, and though one image has the same model twice."""
    folder = tmp_path / "out"
    made = bundle_models([stream, again], folder, arena="shared")
    assert made.result.state_bytes == sum(model.state_bytes for model in made.models)
    assert made.result.arena_bytes == max(model.arena_bytes for model in made.models)
    random = np.random.default_rng(5)
    sequences = random.integers(-128, 128, (2, _STEPS, _CHANNELS)).astype(np.int8)
    answers = run_micro((folder / "stream.tflite").read_bytes(), [sequences])[0]
    with open_session(load_board("stm32f746"), folder / "firmware.elf") as session:
        for step in range(_STEPS):
            for number in range(2):
                session.select(number)
                session.check(
                    [sequences[number, step].tobytes()], [answers[number, step].tobytes()]
                )
        session.select(0)
        session.begin()
        session.check([sequences[1, 0].tobytes()], [answers[1, 0].tobytes()])
        session.select(1)
        assert session.run([sequences[1, 0].tobytes()]) != [answers[1, 0].tobytes()], (
            "the other one's states stay"
        )
