"""Bytes of constants in flash beside the bytes of the weights, of MLPerf Tiny's models.

    python scripts/constant_bytes.py MODELS

MODELS holds the trained models. They are quantized min-max, all filters alike, without the channels
that cannot matter, as `scripts/cycle_goals.py` has them, and lowered for the kernels of all cores
but the Cortex-M55, where rows are padded otherwise. The table of docs/kernels.md is written anew;
with `--print` it is printed.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from mcuq.bench.measure import TRAINED, trained
from mcuq.cost import constant_bytes, plan_program, weight_bytes
from mcuq.lower import LowerOptions, lower
from mcuq.numeric.widths import WIDTHS, width_name
from page_marks import write_between

PAGE = Path(__file__).resolve().parents[1] / "docs" / "kernels.md"
BEGIN, END = "<!-- tables: scripts/constant_bytes.py -->", "<!-- end of constants -->"

GOAL = 1.06
"""Bytes of constants by bytes of weights, for every model."""
CHANNEL_BYTES = 8
"""Two words (docs/kernels.md)."""


@dataclass(frozen=True)
class Constants:
    """One model at one width, in bytes.

    Attributes:
        weights: packed bytes of all filters.
        stored: the same as the kernels want them, padded.
        channels: words of output channels, eight bytes each.
        structures: of the calls.
        total: everything that the model reads from flash.
    """

    model: str
    bits: int
    weights: int
    stored: int
    channels: int
    structures: int
    total: int

    @property
    def ratio(self) -> float:
        return self.total / self.weights

    @property
    def left(self) -> float:
        """Bytes a channel that the goal leaves beside everything else."""
        number = self.channels / CHANNEL_BYTES
        return (GOAL * self.weights - (self.total - self.channels)) / number


def measure(model: str, models: Path, bits: int) -> Constants:
    """Lower one of TRAINED.

    Raises:
        InputError: a file is missing or cannot be read.
    """
    qgraph, _ = trained(model, models, bits, with_idle=False)
    memory = plan_program(lower(qgraph, LowerOptions()))
    found = constant_bytes(memory)
    arrays = {array.key: array for call in memory.program.calls for array in call.arrays()}
    by_role = Counter[str]()
    for array in arrays.values():
        by_role[array.role] += array.nbytes
    return Constants(
        model,
        bits,
        weight_bytes(qgraph),
        by_role["weights"],
        by_role["channels"],
        found.structs,
        found.total,
    )


def constants_table(figures: Iterable[Constants]) -> str:
    """A row a model and width."""
    head = ["model", "weights", "weights B", "stored B", "channels B", "structures B", "other B"]
    rows = [[*head, "all B", "all / weights", "B a channel at the goal"], ["---"] * 2 + ["--:"] * 8]
    for each in figures:
        other = each.total - each.stored - each.channels - each.structures
        parts = each.weights, each.stored, each.channels, each.structures, other, each.total
        figure = f"{each.ratio:.3f}" + ("" if each.ratio <= GOAL else f" (goal {GOAL})")
        counts = (f"{count:,}" for count in parts)
        rows.append([each.model, width_name(each.bits), *counts, figure, f"{each.left:.1f}"])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("models", type=Path, help="the folder of MLPerf Tiny's models")
    parser.add_argument("--model", nargs="+", choices=list(TRAINED), default=list(TRAINED))
    parser.add_argument("--bits", nargs="+", type=int, choices=WIDTHS, default=[8, 4])
    parser.add_argument("--print", action="store_true", dest="is_printed")
    asked = parser.parse_args()
    figures: list[Constants] = []
    for model in asked.model:
        for bits in asked.bits:
            print(f"{model} {width_name(bits)}", file=sys.stderr)
            figures.append(measure(model, asked.models, bits))
    table = constants_table(figures)
    if asked.is_printed:
        print(table)
        return
    write_between(PAGE, BEGIN, END, table)


if __name__ == "__main__":
    main()
