"""The bound holds for ways that no input took, and there is none where a loop depends on data."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mcuq_hil import load_board, open_session
from mcuq_hil.errors import NoBoundError
from mcuq_hil.worst.measure import bounding_session, most_instructions

if TYPE_CHECKING:
    from conftest import BuildImage

pytestmark = pytest.mark.arm
ZEROS, ONE = bytes(16), bytes([5, *[0] * 15])
LONGEST = bytes([5] * 15 + [0])


@pytest.mark.parametrize("board", ["nucleo-g071rb", "nrf52840-dk", "stm32f746", "nucleo-u575zi"])
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


def test_an_emulator_that_shows_nothing(build_image: BuildImage) -> None:
    image, board = build_image("branchy", "mps3-an547"), load_board("mps3-an547")
    with pytest.raises(NoBoundError, match="does not show what it executes"):
        bounding_session(board, image.elf)
