"""The table of estimated cycles beside goals."""

from __future__ import annotations

from pathlib import Path

import pytest

from cycle_goals import (
    BEGIN,
    BOARDS,
    END,
    GOALS,
    NETWORKS,
    PAGE,
    RECORDS,
    Figures,
    chip_board,
    goals_table,
    measure,
)
from silicon.chips import CHIPS


def figures(bits: int, cycles: int) -> Figures:
    return Figures("F746", "kws", bits, 3_000_000, cycles, 0.1, 6_000, 8_000, ())


def test_widths_stand_beside_int8() -> None:
    table = goals_table([figures(8, 3_080_000), figures(4, 3_234_000)])
    assert table.splitlines()[0].split(" | ")[9] == "int4"
    assert table.splitlines()[2] == (
        "| M7 | F746 | KWS | 3.000 | 3.080 | 2.772 to 3.388 | 2.8 | +10% | 3.17 | 3.234 (+5.0%) "
        "| 6,000 | 8,000 |"
    )


def test_every_chip_has_a_board_of_its_core_and_a_goal_for_each_network() -> None:
    for chip in BOARDS:
        board = chip_board(chip)
        assert board.core == CHIPS[chip].core
        assert board.timing is not None
        assert board.timing.flash == CHIPS[chip].flash_timing
        assert len(GOALS[chip]) == len(RECORDS[chip]) == len(NETWORKS)


def test_the_largest_network_fits_every_board() -> None:
    """Person detection: some 250 KB of flash, 40 KB of RAM."""
    for chip in BOARDS:
        board = chip_board(chip)
        assert board.flash.bytes >= 256 << 10
        assert board.ram.bytes >= 48 << 10


def test_the_page_has_a_place_for_the_table() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert text.index(BEGIN) < text.index(END)


@pytest.mark.slow
@pytest.mark.arm
def test_a_model_is_measured_layer_by_layer(mlperf_tiny: Path) -> None:
    found = measure("U575", "ad", mlperf_tiny, 8)
    assert len(found.layers) == 10
    assert found.cycles >= sum(layer[-1] for layer in found.layers)
