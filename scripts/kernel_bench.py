"""Count every kernel anew and write docs/kernels.json and the tables of docs/kernels.md."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from mcuq.bench.kernels import bench_kernels
from mcuq.bench.record import write_record

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


def main() -> None:
    bench = bench_kernels(lambda p: print(p.note, file=sys.stderr))
    write_record(bench, DOCS / "kernels.json")
    tables = bench.to_json()
    text = (DOCS / "kernels.md").read_text(encoding="utf-8")
    head, rest = text.split(BEGIN)
    tail = rest.split(END)[1]
    body = (
        f"Layers: {bench.compiler}, {bench.flags}. Models: the same compiler, -O2 (speed) or -Os "
        f"(size).\n\n{layer_table(tables['layers'])}\n\n{model_table(tables['models'])}"
    )
    (DOCS / "kernels.md").write_text(f"{head}{BEGIN}\n\n{body}\n\n{END}{tail}", encoding="utf-8")


if __name__ == "__main__":
    main()
