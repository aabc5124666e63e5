"""Count every kernel anew and write docs/kernels.json and the tables of docs/kernels.md.

    python scripts/kernel_bench.py MODELS

The figures take the place of those of the same compiler release; others stay. MODELS holds MLPerf
Tiny's trained models. With `--keep-vector` the layers on the vector extension, which take QEMU half
an hour, stay as they are.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from mcuq.bench.kernels import KernelBench, LayerCost, bench_kernels
from mcuq.bench.vector import CORE
from page_marks import write_between
from study.record import read_records, release, write_record

DOCS = Path(__file__).resolve().parents[1] / "docs"
BEGIN, END = "<!-- tables: scripts/kernel_bench.py -->", "<!-- end of tables -->"


def layer_table(layers: list[dict[str, Any]]) -> str:
    rows = ["| core | layer | weights | instructions | per MAC | code B | scratch B |"]
    rows.append("|---|---|---|---|---|---|---|")
    for e in layers:
        per_mac = e["instructions"] / e["macs"]
        rows.append(
            f"| {e['core']} | {e['layer']} | {e['weights']} | {e['instructions']:,} "
            f"| {per_mac:.2f} | {e['code_bytes']:,} | {e['scratch_bytes']:,} |"
        )
    return "\n".join(rows)


def model_table(models: list[dict[str, Any]]) -> str:
    rows = ["| core | model | weights | optimize | instructions | code B | arena B |"]
    rows.append("|---|---|---|---|---|---|---|")
    for e in models:
        rows.append(
            f"| {e['core']} | {e['model']} | {e['weights']} | {e['optimize']} "
            f"| {e['instructions']:,} | {e['code_bytes']:,} | {e['arena_bytes']:,} |"
        )
    return "\n".join(rows)


def tables(record: dict[str, Any]) -> str:
    return (
        f"### {record['compiler']}\n\nLayers ({record['flags']}, random weights):\n\n"
        f"{layer_table(record['layers'])}\n\n"
        f"Trained models, -O2 (speed) or -Os (size):\n\n{model_table(record['models'])}"
    )


def with_vector_layers(bench: KernelBench, records: dict[str, Any]) -> KernelBench:
    """With the record's layers on the vector extension behind its own."""
    known = records.get(release(bench.compiler), {"layers": []})["layers"]
    kept = tuple(LayerCost(**entry) for entry in known if entry["core"] == CORE)
    return replace(bench, layers=(*bench.layers, *kept))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("models", type=Path, help="the folder of MLPerf Tiny's models")
    parser.add_argument("--keep-vector", action="store_true")
    asked = parser.parse_args()
    bench = bench_kernels(
        lambda p: print(p.note, file=sys.stderr),
        vector=not asked.keep_vector,
        trained=asked.models,
    )
    if asked.keep_vector:
        bench = with_vector_layers(bench, read_records(DOCS / "kernels.json"))
    write_record(bench, DOCS / "kernels.json")
    records = read_records(DOCS / "kernels.json")
    body = "\n\n".join(tables(record) for record in records.values())
    write_between(DOCS / "kernels.md", BEGIN, END, body)


if __name__ == "__main__":
    main()
