"""No input exceeds the bound: kernels that branch on data, on four cores, against extremes.

The bound is computed from some inputs and held against others.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from number_formats import forms, least_model
from test_steady import inputs, joined

from mcuq.bench.vector import has_emulator
from mcuq.compiler import build_firmware
from mcuq.cost.memory import plan_program
from mcuq.lower import LowerOptions, lower
from mcuq_hil import load_board, open_session
from mcuq_hil.worst.measure import bounding_session, most_instructions

pytestmark = [pytest.mark.arm, pytest.mark.slow]
BRANCHING = (
    *("ADD int8", "ADD int16", "AVERAGE_POOL_2D int8", "AVERAGE_POOL_2D int16", "MEAN int8"),
    *("CONV_2D int8, int8 per channel", "CONV_2D int16, int8 per channel", "LOG_SOFTMAX int8"),
    *("DEPTHWISE_CONV_2D int8, int8 per channel", "DEPTHWISE_CONV_2D int16, int8 per channel"),
    *("FULLY_CONNECTED int8, int8 per channel", "SOFTMAX int8", "SOFTMAX int16", "LOGISTIC int8"),
)
MOST_TIMES = {"nucleo-g071rb": 15.0, "nrf52840-dk": 2.0, "stm32f746": 2.0, "mps3-an547": 3.0}
"""How far above what was seen a bound lies at most. A Cortex-M0+ divides by a function, whose worst
case is far from what sizes of layers take: it weighs on these small ones. QEMU's bound has some
twenty instructions around the inference."""


@pytest.mark.parametrize("name", MOST_TIMES)
def test_no_input_exceeds_the_bound(name: str, tmp_path: Path) -> None:
    board = load_board(name)
    if board.core == "cortex-m55" and not has_emulator():
        pytest.skip("qemu-system-arm is not installed")
    chosen = [form for form in forms((8,)) if form.name in BRANCHING]
    assert len(chosen) == len(BRANCHING)
    plans = [plan_program(lower(least_model(form), LowerOptions())) for form in chosen]
    image = build_firmware(board, joined(plans, tmp_path), tmp_path)
    random, taken, tried = np.random.default_rng(2), [], []
    with open_session(board, image.elf) as session:
        for number, _ in enumerate(chosen):
            info = session.select(number)
            made = inputs([io.bytes for io in info.inputs], random)
            tried.append(made[:6])
            taken.append(max(session.count(one).total for one in made))
    with bounding_session(board, image.elf) as session:
        for number, form in enumerate(chosen):
            session.select(number)
            bound = most_instructions(session, tried[number])
            assert taken[number] <= bound <= MOST_TIMES[name] * taken[number], form.name
