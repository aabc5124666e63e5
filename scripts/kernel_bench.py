"""Count every kernel anew and write docs/kernels.json and the tables of docs/kernels.md.

The figures take the place of those of the same compiler release; others stay. Takes the folder of
MLPerf Tiny's trained models.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from mcuq.bench.kernels import bench_kernels
from page_marks import write_between
from study.record import read_records, write_record

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


def main() -> None:
    trained = Path(sys.argv[1])
    bench = bench_kernels(lambda p: print(p.note, file=sys.stderr), trained=trained)
    write_record(bench, DOCS / "kernels.json")
    records = read_records(DOCS / "kernels.json")
    body = "\n\n".join(tables(record) for record in records.values())
    write_between(DOCS / "kernels.md", BEGIN, END, body)


if __name__ == "__main__":
    main()
