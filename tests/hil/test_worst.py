"""The bound holds for ways that no input took, and there is none where a loop depends on data."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mcuq.bench.vector import has_emulator
from mcuq_hil import load_board, open_session
from mcuq_hil.cycles.decode import control
from mcuq_hil.cycles.instruction import Control
from mcuq_hil.errors import BoardError, NoBoundError
from mcuq_hil.worst.measure import bounding_session, most_instructions

if TYPE_CHECKING:
    from conftest import BuildImage

pytestmark = pytest.mark.arm
needs_qemu = pytest.mark.skipif(not has_emulator(), reason="qemu-system-arm is not installed")
ZEROS, ONE = bytes(16), bytes([5, *[0] * 15])
LONGEST = bytes([5] * 15 + [0])


@pytest.mark.parametrize(
    "board",
    [
        *("nucleo-g071rb", "nrf52840-dk", "stm32f746", "nucleo-u575zi"),
        pytest.param("mps3-an547", marks=needs_qemu),
    ],
)
def test_ways_that_were_not_taken_count(build_image: BuildImage, board: str) -> None:
    """Tried with one call of the function, it bounds the input that calls it fifteen times."""
    image, named = build_image("branchy", board), load_board(board)
    with open_session(named, image.elf) as session:
        taken = {data: session.count([data]).total for data in (ZEROS, ONE, LONGEST)}
    assert taken[ZEROS] < taken[ONE] < taken[LONGEST]
    with bounding_session(named, image.elf) as session:
        bound = most_instructions(session, [[ZEROS], [ONE]])
    assert taken[LONGEST] <= bound < 1.5 * taken[LONGEST]


def test_a_loop_that_depends_on_the_input_has_no_bound(build_image: BuildImage) -> None:
    image, board = build_image("branchy"), load_board("stm32f746")
    tried = [[bytes([turns, *[0] * 14, 1])] for turns in (0, 7, 100)]
    with (
        bounding_session(board, image.elf) as session,
        pytest.raises(NoBoundError, match="how often a loop turns depends on the input"),
    ):
        most_instructions(session, tried)


def test_a_board_that_nothing_emulates(build_image: BuildImage) -> None:
    board = load_board("stm32f746").model_copy(update={"emulator": None})
    with pytest.raises(BoardError, match="has no emulator"):
        bounding_session(board, build_image("branchy").elf)


def test_low_overhead_loops() -> None:
    """As GNU's assembler encodes them."""
    for code, flow, target in (
        ("43f003c8", "either", 0x10A),  # wls lr, r3, .+10
        ("03f003c8", "either", 0x10A),  # wlstp.8 lr, r3, .+10
        ("0ff003c8", "either", 0x0FE),  # le lr, .-2
        ("1ff003c8", "either", 0x0FE),  # letp lr, .-2
        ("2ff00dc0", "to", 0x0EC),  # le .-20
        ("42f001e0", "on", None),  # dls lr, r2
        ("12f001e0", "on", None),  # dlstp.16 lr, r2
        ("0ff001e0", "on", None),  # lctp
    ):
        assert control(bytes.fromhex(code), 0x100) == Control(4, flow, target), code
