"""Record the size of the test image on every board: tests/hil/board_sizes.json."""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path

from mcuq.compiler import build_firmware
from mcuq_hil import list_boards

TESTS = Path(__file__).resolve().parents[1] / "tests" / "hil"


def main() -> None:
    sizes = {}
    with tempfile.TemporaryDirectory() as scratch:
        model = Path(scratch) / "model"
        model.mkdir()
        shutil.copy(TESTS / "models" / "plus_one.c", model / "model.c")
        for board in list_boards():
            image = build_firmware(board, model, Path(scratch) / board.name)
            sizes[board.name] = {"flash": image.flash_bytes, "ram": image.ram_bytes}
    record = TESTS / "board_sizes.json"
    record.write_text(json.dumps(sizes, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
