"""Instructions of every layer of MLPerf Tiny's models, mcuq's kernels beside CMSIS-NN's.

    python scripts/compare_library.py MODELS CMSIS_NN

MODELS holds the trained models, CMSIS_NN the library (Include/ and Source/). Both programs compute
the evaluation's bytes, or the script ends. The tables of docs/library.md are written anew.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mcuq.bench.measure import TRAINED, trained
from mcuq.compiler.firmware import build_firmware
from mcuq.compiler.kernel_library import KernelLibrary, open_library
from mcuq.compiler.toolchain import compiler_version
from mcuq.cost import plan_program
from mcuq.errors import DeviceError
from mcuq.interpret.integer import run_integer
from mcuq.pipeline.lowering import lower_for, write_model
from mcuq.pipeline.profile import ProfileTarget, most_instructions
from mcuq.quantized import QuantizedGraph
from mcuq_hil import load_board, open_session
from page_marks import write_between

BOARDS = ("rp2040-pico", "nucleo-f446re", "stm32f746", "mps3-an547")
PAGE = Path(__file__).resolve().parents[1] / "docs" / "library.md"
BEGIN, END = "<!-- tables: scripts/compare_library.py -->", "<!-- end of tables -->"


@dataclass(frozen=True)
class LayerPair:
    """One operator of a model on one core: instructions with mcuq's kernels and with the library's.

    Attributes:
        function: the library's, or mcuq's where it has none.
    """

    core: str
    model: str
    layer: int
    kind: str
    shape: tuple[int, ...]
    macs: int
    function: str
    ours: int
    theirs: int


@dataclass(frozen=True)
class _Run:
    """Output of a layer → its instructions, and the last function called for it."""

    counts: dict[str, int]
    functions: dict[str, str]


def compare(
    model: str, models: Path, board: str, library: KernelLibrary, bits: int = 8
) -> tuple[LayerPair, ...]:
    """Every operator that runs anything, with either's kernels.

    Args:
        model: a key of TRAINED, its files in `models`.
        board: an emulated one, for whose core `library` is open.
        bits: of all filters.

    Raises:
        DeviceError: either computes something else than the evaluation.
    """
    qgraph, sample = trained(model, models, bits)
    target = ProfileTarget(load_board(board), "speed", None)
    ours = _run(target, qgraph, sample)
    theirs = _run(ProfileTarget(target.board, "speed", None, library), qgraph, sample)
    ops = [op for op in qgraph.ops if op.output in ours.counts or op.output in theirs.counts]
    macs = {call.op.output: call.macs for call in lower_for(target, qgraph).calls}
    return tuple(
        LayerPair(
            core=target.board.core,
            model=model,
            layer=number,
            kind=op.kind.name,
            shape=qgraph.tensors[op.output].shape,
            macs=macs.get(op.output, 0),
            function=theirs.functions.get(op.output, ""),
            ours=ours.counts.get(op.output, 0),
            theirs=theirs.counts.get(op.output, 0),
        )
        for number, op in enumerate(ops)
    )


def _run(target: ProfileTarget, qgraph: QuantizedGraph, sample: npt.NDArray[np.int8]) -> _Run:
    program = lower_for(target, qgraph)
    with tempfile.TemporaryDirectory() as where:
        folder = Path(where)
        write_model(target, plan_program(program), folder / "model")
        image = build_firmware(
            target.board,
            folder / "model",
            folder / "out",
            optimize=target.optimize,
            profile=len(program.calls),
        )
        with open_session(target.board, image.elf, None) as session:
            session.expect(most_instructions(program.macs))
            output = session.run([sample.tobytes()])[0]
            layers = session.count([sample.tobytes()]).layers
    if output != run_integer(qgraph, [sample])[qgraph.outputs[0]].tobytes():
        whose = "the library" if target.kernel_library else "mcuq"
        raise DeviceError(f"with {whose}'s kernels the board's output is wrong", "please report it")
    counts: dict[str, int] = {}
    functions: dict[str, str] = {}
    for call, count in zip(program.calls, layers, strict=True):
        counts[call.op.output] = counts.get(call.op.output, 0) + count
        functions[call.op.output] = call.function
    return _Run(counts, functions)


def totals_table(pairs: Sequence[LayerPair]) -> str:
    """Whole models: a row each, on every core mcuq's instructions, the library's, their ratio."""
    models = list(dict.fromkeys(pair.model for pair in pairs))
    rows = [
        [model, *_cells([p for p in pairs if p.model == model], _cores(pairs))] for model in models
    ]
    return _table(["model", *_heads(pairs)], rows)


def layers_table(pairs: Sequence[LayerPair]) -> str:
    """The same for every layer of a model."""
    layers = list(dict.fromkeys((p.layer, p.kind, p.shape, p.macs) for p in pairs))
    rows = []
    for layer, kind, shape, macs in layers:
        cells = _cells([p for p in pairs if p.layer == layer], _cores(pairs))
        rows.append([str(layer), kind, "×".join(map(str, shape[1:])), f"{macs:,}", *cells])
    return _table(["layer", "operator", "output", "MACs", *_heads(pairs)], rows)


def _cores(pairs: Iterable[LayerPair]) -> list[str]:
    return list(dict.fromkeys(pair.core for pair in pairs))


def _heads(pairs: Sequence[LayerPair]) -> list[str]:
    return [f"{core.removeprefix('cortex-').upper()} mcuq / CMSIS-NN" for core in _cores(pairs)]


def _cells(pairs: Sequence[LayerPair], cores: Sequence[str]) -> list[str]:
    cells = []
    for core in cores:
        ours = sum(pair.ours for pair in pairs if pair.core == core)
        theirs = sum(pair.theirs for pair in pairs if pair.core == core)
        cells.append(f"{ours:,} / {theirs:,} = {ours / theirs:.2f}")
    return cells


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)])


def page_tables(pairs: Sequence[LayerPair], digest: str) -> str:
    """All tables, with what they were made of."""
    parts = [f"{compiler_version()}, -O2; the library's sources have SHA-256 `{digest[:16]}…`."]
    parts.append(totals_table(pairs))
    for model in dict.fromkeys(pair.model for pair in pairs):
        parts.append(f"## {model}")
        parts.append(layers_table([pair for pair in pairs if pair.model == model]))
    return "\n\n".join(parts)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("models", type=Path, help="the folder of MLPerf Tiny's models")
    parser.add_argument("library", type=Path, help="the folder of CMSIS-NN")
    asked = parser.parse_args()
    pairs: list[LayerPair] = []
    digest = ""
    for board in BOARDS:
        library = open_library(asked.library, load_board(board).core, "speed")
        digest = library.digest
        for model in TRAINED:
            print(f"{model} on {board}", file=sys.stderr)
            pairs += compare(model, asked.models, board, library)
    write_between(PAGE, BEGIN, END, page_tables(pairs, digest))


if __name__ == "__main__":
    main()
