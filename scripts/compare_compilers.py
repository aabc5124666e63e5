"""MLPerf Tiny's trained models built by GCC and by Clang: code bytes and instructions of both.

Every image is run once and its output compared with the evaluation's, so that a row is also a proof
of equal bytes. Both compilers have to be installed; the table is in docs/compilers.md.

usage: python scripts/compare_compilers.py DIR [--models resnet8,kws,vww,ad,sww] [--bits 8]
           [--boards stm32f746,nucleo-g071rb]
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
from pathlib import Path

from mcuq.bench.measure import TRAINED, ModelCost, measure_model
from mcuq.choices import Optimize
from mcuq.compiler.chosen import compiler, compiling_with
from mcuq.errors import BudgetError
from mcuq_hil import load_board

BOARDS = ("stm32f746", "nucleo-f446re", "nucleo-u575zi", "nucleo-g071rb", "mps3-an547")
LEVELS: tuple[Optimize, ...] = ("speed", "size")


def row(model: str, folder: Path, bits: int, board: str, level: Optimize) -> str:
    """One line of the table: GCC's figures, Clang's, theirs over GCC's."""
    found: list[ModelCost] = []
    for name in ("gcc", "clang"):
        with compiling_with(name):
            found.append(measure_model(model, folder, bits, board, level))
    gcc, clang = found
    cells = [load_board(board).core, model, f"s{bits}", "-O2" if level == "speed" else "-Os"]
    for a, b in (
        (gcc.instructions, clang.instructions),
        (gcc.image_code_bytes, clang.image_code_bytes),
    ):
        cells += [f"{a:,}", f"{b:,}", f"{b / a:.2f}"]
    return f"| {' | '.join(cells)} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("folder", type=Path, metavar="DIR")
    parser.add_argument("--models", default=",".join(TRAINED))
    parser.add_argument("--boards", default=",".join(BOARDS))
    parser.add_argument("--bits", type=int, default=8)
    taken = parser.parse_args()
    for name in ("gcc", "clang"):
        with compiling_with(name):
            print(f"{name}: {compiler().version}")
    heads = ["core", "model", "weights", "level", "GCC instr.", "Clang instr.", "ratio"]
    heads += ["GCC code B", "Clang code B", "ratio"]
    print(f"\n| {' | '.join(heads)} |\n|{'---|' * len(heads)}")
    every = itertools.product(taken.boards.split(","), taken.models.split(","), LEVELS)
    for board, model, level in every:
        # What a board has no room for has no row.
        with contextlib.suppress(BudgetError):
            print(row(model, taken.folder, taken.bits, board, level), flush=True)


if __name__ == "__main__":
    main()
