"""Estimated cycles of MLPerf Tiny's models on the cores of its published results, beside goals.

    python scripts/cycle_goals.py MODELS

MODELS holds the trained models. They are quantized min-max, all filters alike, without the channels
that cannot matter, and run against the evaluation. The table of docs/kernels.md is written anew.
With `--print` tables are printed instead: of the chips, models and widths that are named, with
`--layers` of every layer.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from mcuq.bench.measure import trained
from mcuq.compiler.firmware import build_firmware
from mcuq.cost import plan_program
from mcuq.errors import DeviceError
from mcuq.interpret.integer import run_integer
from mcuq.numeric.widths import WIDTHS, width_name
from mcuq.pipeline.lowering import lower_for, write_model
from mcuq.pipeline.profile import ProfileTarget, estimate, most_instructions
from mcuq.temporary import temporary_folder
from mcuq_hil import load_board, open_session
from mcuq_hil.boards import Board
from mcuq_hil.boards.schema import Timing
from page_marks import write_between
from silicon.chips import CHIPS

PAGE = Path(__file__).resolve().parents[1] / "docs" / "kernels.md"
BEGIN, END = "<!-- tables: scripts/cycle_goals.py -->", "<!-- end of cycles -->"

BOARDS: Mapping[str, str] = {
    "F746": "stm32f746",
    "H7A3": "nucleo-h743zi",
    "L4R5": "b-l475e-iot01a",
    "U575": "nucleo-u575zi",
    "G0B1": "nucleo-g071rb",
}
"""Chip of published results → a board of its core that runs the image, with the chip's flash."""

MEMORIES: Mapping[str, tuple[int, int]] = {"G0B1": (512 << 10, 144 << 10)}
"""Chip → bytes of flash and RAM, where the board's chip has less: DS13560 (STM32G0B1xE)."""

NETWORKS: Mapping[str, str] = {"resnet8": "IC", "kws": "KWS", "vww": "VWW", "ad": "AD"}
"""Keys of TRAINED that have published results."""

GOALS: Mapping[str, tuple[float, ...]] = {
    "F746": (9.5, 2.8, 4.8, 0.28),
    "H7A3": (9.5, 2.8, 4.8, 0.28),
    "L4R5": (16, 4.4, 8.2, 0.45),
    "U575": (14.5, 4.0, 7.5, 0.43),
    "G0B1": (80, 26, 45, 2.2),
}
"""Million cycles for each of NETWORKS."""

RECORDS: Mapping[str, tuple[float, ...]] = {
    "F746": (11.44, 3.17, 6.67, 0.303),
    "H7A3": (11.44, 3.17, 6.67, 0.303),
    "L4R5": (19.8, 5.18, 10.67, 0.567),
    "U575": (16.7, 4.64, 9.48, 0.495),
    "G0B1": (97.4, 30.4, 90.5, 2.6),
}
"""The best published on the core: the board's clock by the median of inferences a second, in
million cycles (MLPerf Tiny 1.1 to 1.3; those of one clock and another are alike)."""


INT8 = 8


@dataclass(frozen=True)
class Figures:
    """One model on one chip.

    Attributes:
        band: of the estimate.
        code_bytes: what an application gains beside weights, biases and multipliers.
        layers: (kind, output's shape, function, instructions, cycles).
    """

    chip: str
    model: str
    bits: int
    instructions: int
    cycles: int
    band: float
    code_bytes: int
    arena_bytes: int
    layers: tuple[tuple[str, tuple[int, ...], str, int, int], ...]


def chip_board(chip: str) -> Board:
    """A board of the chip's core with the flash, and at least the memory, of that chip."""
    board, timing = load_board(BOARDS[chip]), CHIPS[chip].flash_timing
    if chip in MEMORIES:
        flash_bytes, ram_bytes = MEMORIES[chip]
        board = board.model_copy(
            update={
                "flash": board.flash.model_copy(update={"bytes": flash_bytes}),
                "ram": board.ram.model_copy(update={"bytes": ram_bytes}),
            }
        )
    values = {name: getattr(timing, name) for name in timing.__dataclass_fields__}
    flash = Timing(**values, sources=("scripts/silicon/chips.py",))
    return board.model_copy(update={"timing": flash, "core_hz": CHIPS[chip].core_hz})


def measure(chip: str, model: str, models: Path, bits: int) -> Figures:
    """Build one of TRAINED for a chip, run it against the evaluation, and estimate.

    Raises:
        InputError: a file is missing or cannot be read.
        DeviceError: the board computes something else than the evaluation.
    """
    qgraph, sample = trained(model, models, bits, with_idle=False)
    target = ProfileTarget(chip_board(chip), "speed", None)
    program = lower_for(target, qgraph)
    memory = plan_program(program)
    most = most_instructions(program.macs)
    inputs = [sample.tobytes()]
    with temporary_folder() as folder:
        write_model(target, memory, folder / "model")
        calls = len(program.calls)
        image = build_firmware(target.board, folder / "model", folder / "out", profile=calls)
        with open_session(target.board, image.elf, None) as session:
            session.expect(most)
            output = session.run(inputs)[0]
            counted = session.count(inputs)
        found = estimate(target, image.elf, inputs, counted, most)
    if found is None or output != run_integer(qgraph, [sample])[qgraph.outputs[0]].tobytes():
        raise DeviceError(f"{model} on {chip}: the board's output is wrong", "please report it")
    arrays = {array.key: array for call in program.calls for array in call.arrays()}
    constants = sum(array.nbytes for array in arrays.values())
    layers = tuple(
        (call.op.kind.name, qgraph.tensors[call.op.output].shape[1:], call.function, count, cycles)
        for call, count, cycles in zip(program.calls, counted.layers, found.layers, strict=True)
    )
    return Figures(
        chip,
        model,
        bits,
        counted.total,
        found.total,
        found.band,
        image.flash_bytes - image.fixed_flash_bytes - constants,
        memory.arena_bytes,
        layers,
    )


def goals_table(figures: Sequence[Figures]) -> str:
    """Cycles beside goals and records, a row a chip and model; int8 is among the widths."""
    widths = [bits for bits in WIDTHS if bits != INT8 and any(f.bits == bits for f in figures)]
    head = ["core", "chip", "network", "M instructions", "M cycles (estimated)", "interval"]
    head += ["goal", "by", "best published", *map(width_name, widths), "code B", "arena B"]
    rows = [head, ["---"] * len(head)]
    for each in figures:
        if each.bits == INT8:
            others = {
                other.bits: other.cycles
                for other in figures
                if (other.chip, other.model) == (each.chip, each.model)
            }
            rows.append(_row(each, [others.get(bits) for bits in widths]))
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _row(each: Figures, others: Sequence[int | None]) -> list[str]:
    place = list(NETWORKS).index(each.model)
    goal, record = GOALS[each.chip][place], RECORDS[each.chip][place]
    low, high = (each.cycles * (1 + sign * each.band) / 1e6 for sign in (-1, 1))
    return [
        CHIPS[each.chip].core.removeprefix("cortex-").replace("plus", "+").upper(),
        each.chip,
        NETWORKS[each.model],
        f"{each.instructions / 1e6:.3f}",
        f"{each.cycles / 1e6:.3f}",
        f"{low:.3f} to {high:.3f}",
        f"{goal:g}",
        f"{each.cycles / goal / 1e6 - 1:+.0%}",
        f"{record:g}",
        *("–" if n is None else f"{n / 1e6:.3f} ({n / each.cycles - 1:+.1%})" for n in others),
        f"{each.code_bytes:,}",
        f"{each.arena_bytes:,}",
    ]


def layer_lines(each: Figures) -> Iterator[str]:
    """Every layer of a model with its share of the cycles."""
    for number, (kind, shape, function, instructions, cycles) in enumerate(each.layers):
        extents = "×".join(map(str, shape))
        yield (
            f"{number:3} {kind:18} {extents:12} {function:30} {instructions:10,} {cycles:10,} "
            f"{cycles / each.cycles:6.1%} {cycles / max(1, instructions):5.2f}"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("models", type=Path, help="the folder of MLPerf Tiny's models")
    parser.add_argument("--chip", nargs="+", choices=list(BOARDS), default=list(BOARDS))
    parser.add_argument("--model", nargs="+", choices=list(NETWORKS), default=list(NETWORKS))
    parser.add_argument("--bits", nargs="+", type=int, choices=WIDTHS, default=list(WIDTHS))
    parser.add_argument("--layers", action="store_true")
    parser.add_argument("--print", action="store_true", dest="is_printed")
    asked = parser.parse_args()
    figures: list[Figures] = []
    for chip in asked.chip:
        for model in asked.model:
            for bits in asked.bits:
                print(f"{model} {width_name(bits)} on {chip}", file=sys.stderr)
                figures.append(measure(chip, model, asked.models, bits))
                if asked.layers:
                    print("\n".join(layer_lines(figures[-1])), file=sys.stderr)
    table = goals_table(figures)
    if asked.is_printed:
        print(table)
        return
    write_between(PAGE, BEGIN, END, table)


if __name__ == "__main__":
    main()
