"""Labelled arrays as data sets of MLPerf Tiny's runner.

    python scripts/mlperf_data.py OUT ic=resnet8_test.npz kws=kws_test.npz [--samples 200]

Each `.npz` holds real values `x` as the benchmark's float model takes them and classes `y`; OUT
gets a folder of the official layout for each. Where there is another test set than the official
one, so are the figures.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from mcuq.mlperf import BENCHMARKS
from mcuq.mlperf.samples import write_samples


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("sets", nargs="+", metavar="BENCHMARK=FILE.npz")
    parser.add_argument("--samples", type=int, help="the first so many of each")
    options = parser.parse_args()
    for each in options.sets:
        name, _, path = each.partition("=")
        benchmark = BENCHMARKS[name]
        with np.load(path) as arrays:
            x, y = arrays["x"][: options.samples], arrays["y"][: options.samples]
        pairs = ((benchmark.encode(values), int(label)) for values, label in zip(x, y, strict=True))
        print(f"{benchmark.model}: {write_samples(benchmark, options.folder, pairs)} inputs")


if __name__ == "__main__":
    main()
