"""Write the scheme table of docs/quantization.md for one or more models, as Markdown.

    python scripts/scheme_table.py FOLDER [--models resnet8 kws] [--samples 200]

FOLDER holds NAME_float32.tflite, NAME_search.npz (ranges, fitting and fine-tuning) and
NAME_test.npz (scores). The fine-tuned rows need TensorFlow; without it they say "skipped".
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from mcuq.data import load_data
from mcuq.importers import load_model
from study.schemes import SchemeRow, scheme_rows


def rows(folder: Path, name: str, samples: int | None) -> list[SchemeRow]:
    """All rows of a model, each told on stderr with the seconds it took."""
    graph = load_model(folder / f"{name}_float32.tflite")
    search = load_data(folder / f"{name}_search.npz", graph)
    test = load_data(folder / f"{name}_test.npz", graph)
    found = []
    start = time.monotonic()
    for row in scheme_rows(graph, search, test if samples is None else test.take(samples)):
        now = time.monotonic()
        print(f"{name}: {row.scheme}: {_percent(row)} ({now - start:.0f} s)", file=sys.stderr)
        found.append(row)
        start = now
    return found


def _percent(row: SchemeRow) -> str:
    return "skipped" if row.top1 is None else f"{row.top1:.2%}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--models", nargs="+", default=["resnet8", "kws"])
    parser.add_argument("--samples", type=int, help="score on the first so many only")
    arguments = parser.parse_args()
    found = {name: rows(arguments.folder, name, arguments.samples) for name in arguments.models}
    titles = [f"{name} top-1 | weights B | largest activation B" for name in found]
    print(f"| scheme | {' | '.join(titles)} |")
    print("|---|" + "--:|" * (3 * len(found)))
    for parts in zip(*found.values(), strict=True):
        cells = (f"{_percent(p)} | {p.weights:,} | {p.activations:,}" for p in parts)
        print(f"| {parts[0].scheme} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
