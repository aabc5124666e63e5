"""Write the scheme table of docs/quantization.md for one or more models, as Markdown.

    python scripts/scheme_table.py FOLDER [--models resnet8 kws] [--samples 200]

FOLDER holds NAME_float32.tflite, NAME_calibration.npz (else NAME_search.npz) and NAME_test.npz.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path

from mcuq.bench.schemes import SchemeRow, scheme_rows
from mcuq.data import load_data
from mcuq.frontends import load_model


def rows(folder: Path, name: str, samples: int, calibration: int) -> list[SchemeRow]:
    graph = load_model(folder / f"{name}_float32.tflite")
    own = folder / f"{name}_calibration.npz"
    file = own if own.is_file() else folder / f"{name}_search.npz"
    fitted = load_data(file, graph).take(calibration)
    test = load_data(folder / f"{name}_test.npz", graph).take(samples)

    def report(scheme: str) -> None:
        print(f"{name}: {scheme}", file=sys.stderr)

    return list(scheme_rows(graph, replace(fitted, labels=None), test, report))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--models", nargs="+", default=["resnet8", "kws"])
    parser.add_argument("--samples", type=int, default=200)
    parser.add_argument("--calibration", type=int, default=200)
    arguments = parser.parse_args()
    found = {
        name: rows(arguments.folder, name, arguments.samples, arguments.calibration)
        for name in arguments.models
    }
    titles = [f"{name} top-1 | weights B | largest activation B" for name in found]
    print(f"| scheme | {' | '.join(titles)} |")
    print("|---|" + "--:|" * (3 * len(found)))
    for parts in zip(*found.values(), strict=True):
        cells = (f"{p.top1:.1%} | {p.weights:,} | {p.activations:,}" for p in parts)
        print(f"| {parts[0].scheme} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
