"""Labelled inputs of a benchmark, in the layout that the official runner reads.

A folder MODEL (such as ic01) holds y_labels.csv and a file of bytes for each row; a row is
`file, classes, class` and, of anomaly detection, `bytes of a window, stride`: a file has several
windows, and its result is the mean of theirs.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from mcuq.errors import InputError
from mcuq.mlperf.benchmarks import Benchmark

TRUTH = "y_labels.csv"
_HINT = "see docs/mlperf.md: the official layout of a data set"


@dataclass(frozen=True)
class Sample:
    """One row.

    Attributes:
        label: the true class.
        windows: inputs, as the line has them; one, but of anomaly detection.
    """

    label: int
    windows: tuple[bytes, ...]


def read_samples(benchmark: Benchmark, folder: Path) -> tuple[Sample, ...]:
    """The rows of `folder`/MODEL; none where there is no such folder.

    Raises:
        InputError: a row is none, or its file has too few bytes.
    """
    place = folder / benchmark.model
    if not (place / TRUTH).is_file():
        return ()
    with (place / TRUTH).open(newline="", encoding="utf-8") as stream:
        return tuple(_sample(benchmark, place, row) for row in csv.reader(stream) if row)


def write_samples(benchmark: Benchmark, folder: Path, samples: Iterable[tuple[bytes, int]]) -> int:
    """Write inputs and labels into `folder`/MODEL; returns how many."""
    place = folder / benchmark.model
    place.mkdir(parents=True, exist_ok=True)
    rows = []
    for number, (data, label) in enumerate(samples):
        name = f"{number:06d}_{label}.bin"
        (place / name).write_bytes(data)
        window = [str(benchmark.input_bytes)] * 2 if benchmark.reconstructs else []
        classes = 2 if benchmark.reconstructs else benchmark.outputs
        rows.append(",".join([name, str(classes), str(label), *window]) + "\n")
    (place / TRUTH).write_text("".join(rows), encoding="utf-8")
    return len(rows)


def _sample(benchmark: Benchmark, place: Path, row: Sequence[str]) -> Sample:
    try:
        name, label = row[0].strip(), int(row[2])
        width, stride = (int(each) for each in row[3:5]) if len(row) > 4 else (0, 0)
        data = (place / name).read_bytes()
    except (IndexError, ValueError, OSError) as error:
        raise InputError(f"{place / TRUTH}: {','.join(row)}: {error}", _HINT) from None
    width, stride = width or benchmark.input_bytes, max(stride, 1) if width else len(data) + 1
    starts = range(0, len(data) - width + 1, stride)
    if width != benchmark.input_bytes or not starts:
        raise InputError(
            f"{place / name} has {len(data)} bytes in windows of {width}, {benchmark.title} takes "
            f"{benchmark.input_bytes}",
            _HINT,
        )
    return Sample(label, tuple(data[at : at + width] for at in starts))
