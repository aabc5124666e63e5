"""The committed figures of the kernels, and what has become worse since."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from mcuq.atomic_write import write_atomically
from mcuq.bench.kernels import KernelBench
from mcuq.document import KEY, Document

TOLERANCE = 0.02
"""A figure may grow by this share before it counts as a regression."""


@dataclass(frozen=True)
class KernelRecords:
    """The committed figures.

    Attributes:
        records: one of each compiler release.
    """

    records: tuple[KernelBench, ...]


KERNELS = Document(
    "kernels",
    KernelRecords,
    "the committed figures of the kernels",
    "`docs/kernels.json`, by `scripts/kernel_bench.py`",
)
_FIGURES = ("instructions", "code_bytes", "scratch_bytes", "arena_bytes")
_NAMES = ("core", "layer", "model", "weights", "optimize")


def release(compiler: str) -> str:
    """`12.2` of the first line of gcc's version: figures hold for one release."""
    found = re.search(r"\b(\d+\.\d+)\.\d+\b(?!.*\))", compiler)
    return found[1] if found else compiler


def read_records(file: Path) -> dict[str, Any]:
    """Release of the compiler → its figures."""
    records = json.loads(file.read_text(encoding="utf-8"))["records"] if file.is_file() else []
    return {release(record["compiler"]): record for record in records}


def write_record(bench: KernelBench, file: Path) -> None:
    """Write the table as JSON in the place of its compiler's, one entry a line."""
    records = read_records(file)
    records[release(bench.compiler)] = asdict(bench)
    parts = ",\n".join(_text(records[key]) for key in sorted(records, key=_order))
    head = f'{{"{KEY}": {KERNELS.version}, "records": ['
    write_atomically(file, f"{head}\n{parts}\n]}}\n")


def _order(key: str) -> tuple[int, ...]:
    return tuple(int(part) for part in key.split(".") if part.isdigit())


def _text(record: Mapping[str, Any]) -> str:
    parts = [f" {json.dumps(key)}: {json.dumps(record[key])}" for key in ("compiler", "flags")]
    for key in ("layers", "models"):
        lines = ",\n".join(f"  {json.dumps(entry)}" for entry in record[key])
        parts.append(f' "{key}": [\n{lines}\n ]')
    return "{\n" + ",\n".join(parts) + "\n}"


def regressions(record: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[str]:
    """One line for each figure of `now` that exceeds the record's by more than TOLERANCE.

    Args:
        record: of the same compiler, as `read_records` gives it.
        now: a `KernelBench` likewise; entries that the record does not have are new.
    """
    for table in ("layers", "models"):
        known = {_key(entry): entry for entry in record[table]}
        for entry in now[table]:
            before = known.get(_key(entry), {})
            for figure in _FIGURES:
                if figure in before and entry[figure] > before[figure] * (1 + TOLERANCE):
                    names = " ".join(str(name) for name in _key(entry) if name)
                    yield f"{names}: {figure} {before[figure]} → {entry[figure]}"


def _key(entry: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(entry.get(name) for name in _NAMES)
