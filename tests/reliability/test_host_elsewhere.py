"""A build and its emulated run give the same files without what only POSIX has."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import mcuq

EXAMPLE = Path(mcuq.__file__).parent / "examples" / "digits"
SCRIPT = Path(__file__).with_name("host_elsewhere.py")


@pytest.mark.slow
@pytest.mark.arm
def test_the_host_needs_nothing_of_posix(tmp_path: Path) -> None:
    files = []
    for how in ("hidden", "shown"):
        folder = tmp_path / how
        folder.mkdir()
        inputs = [EXAMPLE / "digits_float32.tflite", EXAMPLE / "calibration.npz"]
        subprocess.run([sys.executable, SCRIPT, how, *inputs, folder], check=True)
        names = sorted(path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
        assert {Path("out/firmware.bin"), Path("answers")} <= set(names)
        files.append({name: (folder / name).read_bytes() for name in names})
    assert files[0] == files[1]
