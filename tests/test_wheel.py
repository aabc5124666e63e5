"""The wheel works on its own: firmware, boards and example are inside and found."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

SCRIPT = """
import sys, mcuq, mcuq_hil
from mcuq.cli.main import main
from mcuq.resources import firmware_dir, schemas_dir
assert mcuq.__file__.startswith(sys.argv[1]), mcuq.__file__
assert mcuq_hil.__file__.startswith(sys.argv[1]), mcuq_hil.__file__
assert str(firmware_dir()).startswith(sys.argv[1])
assert str(schemas_dir()).startswith(sys.argv[1])
assert (schemas_dir() / "manifest.v1.json").is_file()
assert (firmware_dir() / "runtime" / "mcuq_model.h").is_file()
assert main(["boards", "show", "stm32f746"]) == 0
assert main(["init", "--example", "digits", "demo"]) == 0
assert main(["inspect", "demo/digits_float32.tflite"]) == 0
assert main(["report", "demo"]) == 3
"""


@pytest.mark.slow
def test_a_wheel_installed_elsewhere_finds_all_it_needs(tmp_path: Path) -> None:
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    wheels, site, work = tmp_path / "wheels", tmp_path / "site", tmp_path / "work"
    work.mkdir()
    build = ["wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(wheels), str(ROOT)]
    subprocess.run([*pip, *build], check=True)
    (wheel,) = wheels.glob("*.whl")
    subprocess.run([*pip, "install", "--no-deps", "--target", str(site), str(wheel)], check=True)
    assert (site / "mcuq" / "py.typed").is_file()
    assert (site / "mcuq_hil" / "py.typed").is_file()
    # What is in the target must win over this checkout, which is installed editable.
    script = f"import sys; sys.path.insert(0, {str(site)!r})\n{SCRIPT}"
    run = subprocess.run(
        [sys.executable, "-c", script, str(site)],
        cwd=work,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
