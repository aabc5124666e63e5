"""The runtime and every port are clean of both compilers' warnings."""

from __future__ import annotations

from pathlib import Path

import pytest
from strict_compilers import Compiler, compilers

from mcuq.compiler.firmware import runtime_units
from mcuq.compiler.render import render_board_header
from mcuq.compiler.safety import safety_defines
from mcuq.safety import NO_SAFETY, Safety
from mcuq_hil import load_board

# Between them: every core, every UART driver, every counter.
BOARDS = (
    *("stm32f746", "stm32f103c8", "nucleo-g071rb", "nucleo-u575zi"),
    *("nrf52840-dk", "rp2040-pico", "numaker-m55m1", "mps2-an386"),
    *("nrf5340-dk", "rp2350-pico2", "feather-m4", "mimxrt1060-evk", "apollo4p-evb"),
)


ASKED = Safety(watchdog=1000, canaries=True, check_constants=True, stack_guard=True)
LARGEST_FRAME = 192
"""Bytes. The record of a fault is made on the stack before it is kept: 60 bytes, and a copy."""


@pytest.mark.arm
@pytest.mark.slow
@pytest.mark.parametrize("name", BOARDS)
@compilers
@pytest.mark.parametrize("safety", [NO_SAFETY, ASKED], ids=["plain", "watched"])
def test_no_warnings(compiler: Compiler, name: str, safety: Safety, tmp_path: Path) -> None:
    board = load_board(name)
    header = render_board_header(board, safety_defines(board, safety))
    (tmp_path / "mcuq_board.h").write_text(header, encoding="utf-8")
    units = runtime_units(board, tmp_path, ("-DMCUQ_PROFILE=256",), safety)
    (flags,) = {unit.flags for unit in units}
    (includes,) = {unit.includes for unit in units}
    sources = [unit.source for unit in units]
    compiler.check(sources, flags, includes, tmp_path / "objects", stack_bytes=LARGEST_FRAME)
