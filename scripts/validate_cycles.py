"""Judge the cycle estimate by published images: docs/cycles.json and the table of docs/cycles.md.

Takes a folder that holds repositories of MLPerf Tiny results. Every int8 image of a chip that is
known is run in the emulator, and its estimate set beside the published median of inferences a
second; the models' numbers are fitted to all of the other images of its core. What is printed last
are the numbers that belong into mcuq_hil/cycles/cores.py.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

from page_marks import write_between
from silicon.chips import CHIPS
from silicon.images import Image, find_images
from silicon.judge import JudgedCore, judge
from silicon.machine import StuckError
from silicon.measure import execute
from silicon.terms import Terms, terms

DOCS = Path(__file__).resolve().parents[1] / "docs"
BEGIN, END = "<!-- tables: scripts/validate_cycles.py -->", "<!-- end of tables -->"
_INPUT_BYTES = {"ic": 3072, "kws": 490, "vww": 27648, "ad": 2560}


def measured(folder: Path) -> dict[str, list[tuple[Image, str, Terms]]]:
    """By core, what each image executes; those that do not run are named and left out."""
    found: dict[str, list[tuple[Image, str, Terms]]] = defaultdict(list)
    for image in find_images(folder):
        name = f"{image.round} {image.submitter} {image.system} {image.model}"
        chip = CHIPS[image.chip]
        try:
            run = execute(image.chip, image.path, image.model, _INPUT_BYTES[image.model])
        except StuckError as error:
            print(f"{name}: does not run: {error}", file=sys.stderr)
            continue
        digest = hashlib.sha256(image.path.read_bytes()).hexdigest()
        found[chip.core].append((image, digest, terms(chip, run)))
        print(f"{name}: {found[chip.core][-1][2].instructions:,.0f} instructions", file=sys.stderr)
    return found


def tables(records: list[dict[str, Any]]) -> str:
    """Markdown of docs/cycles.json."""
    rows = [
        "| core | images | mean | worst | constant: mean | worst | an instruction | a byte |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for record in records:
        plain = record["constant"]
        rows.append(
            f"| {record['core']} | {len(record['images'])} | {record['mean_error']:.1%} "
            f"| {record['worst_error']:.1%} | {plain['mean_error']:.1%} "
            f"| {plain['worst_error']:.1%} | {plain['per_instruction']:.3f} "
            f"| {plain['per_byte']:.2f} |"
        )
    return "\n\n".join(["\n".join(rows), *map(_images, records)])


def _images(record: dict[str, Any]) -> str:
    rows = [
        f"### {record['core']}\n",
        "| image | model | M instructions | M cycles | estimate | error | constant | SHA-256 |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for each in record["images"]:
        rows.append(
            f"| {each['submitter']} {each['round']}, {each['system']} | {each['model']} "
            f"| {each['instructions'] / 1e6:.2f} | {each['cycles'] / 1e6:.3f} "
            f"| {each['estimate'] / 1e6:.3f} | {each['error']:+.1%} "
            f"| {each['constant_error']:+.1%} | {each['sha256'][:12]} |"
        )
    return "\n".join(rows)


def write(judged: list[JudgedCore]) -> None:
    records = [each.record() for each in judged]
    text = json.dumps({"format": 1, "cores": records}, indent=1)
    (DOCS / "cycles.json").write_text(text + "\n", encoding="utf-8")
    write_between(DOCS / "cycles.md", BEGIN, END, tables(records))


def main() -> None:
    judged = [judge(core, images) for core, images in sorted(measured(Path(sys.argv[1])).items())]
    write(judged)
    for each in judged:
        print(each.core, each.record()["model"])


if __name__ == "__main__":
    main()
