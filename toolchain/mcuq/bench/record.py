"""The committed figures of the kernels, and what has become worse since."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from mcuq.bench.kernels import KernelBench

TOLERANCE = 0.02
"""A figure may grow by this share before it counts as a regression."""

_FIGURES = ("instructions", "code_bytes", "scratch_bytes", "arena_bytes")
_NAMES = ("core", "layer", "model", "weights", "optimize")


def write_record(bench: KernelBench, file: Path) -> None:
    """Write the table as JSON, one entry a line."""
    tables = bench.to_json()
    head = {key: value for key, value in tables.items() if not isinstance(value, tuple)}
    parts = [f" {json.dumps(key)}: {json.dumps(value)}" for key, value in head.items()]
    for key in ("layers", "models"):
        lines = ",\n".join(f"  {json.dumps(entry)}" for entry in tables[key])
        parts.append(f' "{key}": [\n{lines}\n ]')
    file.write_text("{\n" + ",\n".join(parts) + "\n}\n", encoding="utf-8")


def regressions(record: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[str]:
    """One line for each figure of `now` that exceeds the record's by more than TOLERANCE.

    Args:
        record: as read from the committed file.
        now: `KernelBench.to_json()`; entries that the record does not have are new.
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
