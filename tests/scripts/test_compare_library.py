"""The comparison of kernels, layer by layer."""

from __future__ import annotations

from pathlib import Path

import pytest

from compare_library import LayerPair, compare, layers_table, totals_table
from mcuq.compiler.kernel_library import open_library
from mcuq.emit.c.library import write_library
from mcuq.resources import firmware_dir


def pair(core: str, layer: int, ours: int, theirs: int) -> LayerPair:
    return LayerPair(core, "kws", layer, "CONV_2D", (1, 5, 4, 8), 1000, "arm_f", ours, theirs)


def test_tables_hold_a_column_for_each_core() -> None:
    pairs = [
        *(pair("cortex-m4", 0, 50, 100), pair("cortex-m4", 1, 30, 20)),
        *(pair("cortex-m55", 0, 1_000, 500), pair("cortex-m55", 1, 10, 10)),
    ]
    assert totals_table(pairs).splitlines() == [
        "| model | M4 mcuq / CMSIS-NN | M55 mcuq / CMSIS-NN |",
        "|---|---|---|",
        "| kws | 80 / 120 = 0.67 | 1,010 / 510 = 1.98 |",
    ]
    assert layers_table(pairs).splitlines()[2:] == [
        "| 0 | CONV_2D | 5×4×8 | 1,000 | 50 / 100 = 0.50 | 1,000 / 500 = 2.00 |",
        "| 1 | CONV_2D | 5×4×8 | 1,000 | 30 / 20 = 1.50 | 10 / 10 = 1.00 |",
    ]


@pytest.mark.slow
@pytest.mark.arm
def test_a_library_is_counted_beside_mcuq(mlperf_tiny: Path, tmp_path: Path) -> None:
    write_library(firmware_dir(), tmp_path)
    library = open_library(tmp_path, "cortex-m7", "speed")
    pairs = compare("ad", mlperf_tiny, "stm32f746", library)
    assert len(pairs) == 10
    assert {each.function for each in pairs} == {"arm_fully_connected_per_channel_s8"}
    # mcuq's tuned kernels take half of its portable ones at most.
    assert all(0 < each.ours < each.theirs / 2 for each in pairs)
