"""Run what is accepted of changed TFLite files in TensorFlow Lite Micro, and count differences.

Changes are those of the target `tflite`, of one file for every operator at both widths. A file that
is accepted but that TensorFlow Lite Micro does not run is counted apart: a build's own comparison
stops there. Exits with 1 where an output differs.

python fuzz/differential.py --mutants 20000 --record docs/fuzzing_differential.json
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from random import Random

ROOT = Path(__file__).resolve().parents[1]
_TESTS = ("fuzz", "tests/importers", "tests/testing", "tests/interpret", "tests/quantize")
sys.path[:0] = [str(ROOT / part) for part in _TESTS]

from as_given import assert_equal_to_micro, run_in_micro  # noqa: E402
from test_tflite_mutants import _originals  # noqa: E402

from mcuq.errors import InputError  # noqa: E402
from mcuq.prequantized.load import load_quantized  # noqa: E402
from mcuq.quantized import QuantizedGraph  # noqa: E402
from mcuq.tflite.wheel import oracle_version  # noqa: E402
from mcuq_fuzz.tflite_mutants import mutant  # noqa: E402

_AT_ONCE = 500
_SHOWN = 20


@dataclass
class Figures:
    """What was compared.

    Attributes:
        seed: of the first batch.
        tflite_micro: release of the wheel.
        mutants: files made.
        accepted: files that were read as integers.
        compared: files of these that TensorFlow Lite Micro ran.
        differing: files with an output that differs.
        which: the first of these, as batch/number.
    """

    seed: int
    tflite_micro: str
    mutants: int = 0
    accepted: int = 0
    compared: int = 0
    differing: int = 0
    which: list[str] = field(default_factory=list)


def batch(number: int) -> dict[str, bytes]:
    """Changed files, the same for the same number."""
    rng, made = Random(number), dict[str, bytes]()
    while len(made) < _AT_ONCE:
        made[f"{len(made):03}"] = mutant(rng.choice(_originals()), rng)
    return made


def accepted(files: dict[str, bytes]) -> Iterator[tuple[str, QuantizedGraph]]:
    for name, content in files.items():
        try:
            yield name, load_quantized(content)
        except InputError:
            continue


def compare(number: int, figures: Figures, kept: Path | None) -> None:
    """Add one batch to the figures."""
    files = batch(number)
    read = dict(accepted(files))
    with tempfile.TemporaryDirectory() as folder:
        runs = run_in_micro({name: files[name] for name in read}, Path(folder))
    figures.mutants += len(files)
    figures.accepted += len(read)
    figures.compared += len(runs)
    for name, run in sorted(runs.items()):
        try:
            assert_equal_to_micro(read[name], run, name)
        except AssertionError:
            figures.differing += 1
            figures.which = [*figures.which, f"{number}/{name}"][:_SHOWN]
            if kept is not None:
                (kept / f"{number}-{name}.tflite").write_bytes(files[name])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mutants", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="folder for files that differ")
    parser.add_argument("--record", type=Path, help="JSON file that gets the figures")
    options = parser.parse_args()
    if options.keep:
        options.keep.mkdir(parents=True, exist_ok=True)
    figures, number = Figures(options.seed, oracle_version()), options.seed
    while figures.mutants < options.mutants:
        compare(number, figures, options.keep)
        number += 1
        print(
            f"{figures.mutants:,} mutants, {figures.accepted:,} accepted, "
            f"{figures.compared:,} compared, {figures.differing} differ",
            flush=True,
        )
        if options.record:
            options.record.write_text(json.dumps(asdict(figures), indent=1) + "\n")
    return int(figures.differing > 0)


if __name__ == "__main__":
    sys.exit(main())
