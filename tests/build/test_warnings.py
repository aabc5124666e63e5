"""The runtime and every port compile without a warning."""

from __future__ import annotations

from pathlib import Path

import pytest

from mcuq.build.compile import BASE_FLAGS
from mcuq.build.firmware import runtime_units
from mcuq.build.render import render_board_header
from mcuq.build.toolchain import run_tool
from mcuq_hil import load_board

# Between them: every core, every UART driver, every counter.
BOARDS = (
    *("stm32f746", "stm32f103c8", "nucleo-g071rb", "nucleo-u575zi"),
    *("nrf52840-dk", "rp2040-pico", "numaker-m55m1", "mps2-an386"),
)


@pytest.mark.arm
@pytest.mark.slow
@pytest.mark.parametrize("name", BOARDS)
def test_no_warnings(name: str, tmp_path: Path) -> None:
    board = load_board(name)
    (tmp_path / "mcuq_board.h").write_text(render_board_header(board), encoding="utf-8")
    strict = ("-Werror", "-Wshadow", "-Wstrict-prototypes")
    for unit in runtime_units(board, tmp_path, ("-DMCUQ_PROFILE",)):
        includes = [f"-I{path.resolve()}" for path in unit.includes]
        command = ["gcc", *unit.flags, *BASE_FLAGS, *strict, *includes, "-c", str(unit.source)]
        run_tool([*command, "-o", str(tmp_path / "unit.o")])
