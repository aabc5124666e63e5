"""The wheel works on its own: firmware, boards and example are inside; studies are not."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
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


SHIPPED = {
    "toolchain/mcuq": "mcuq",
    "hil/mcuq_hil": "mcuq_hil",
    "firmware": "mcuq/_shipped/firmware",
    "schemas": "mcuq/_shipped/schemas",
    "boards": "mcuq_hil/_shipped/boards",
}
"""Folder of the checkout → where it lies in the wheel."""
PIP = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheels")
    build = ["wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder), str(ROOT)]
    subprocess.run([*PIP, *build], check=True)
    (found,) = folder.glob("*.whl")
    return found


@pytest.mark.slow
def test_the_wheel_holds_the_packages_and_nothing_else(wheel: Path) -> None:
    """Neither studies nor scripts, tests or documentation."""
    expected = {
        f"{target}/{path.relative_to(ROOT / source).as_posix()}"
        for source, target in SHIPPED.items()
        for path in (ROOT / source).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    names = set(zipfile.ZipFile(wheel).namelist())
    about = {name for name in names if ".dist-info/" in name}
    assert names - about == expected
    for notice in ("LICENSE", "THIRD_PARTY_NOTICES"):
        assert any(name.endswith(f".dist-info/licenses/{notice}") for name in about)
    assert not any(name.startswith(("scripts", "study", "tests", "docs")) for name in names)


@pytest.mark.slow
def test_the_source_package_makes_the_same_wheel(wheel: Path, tmp_path: Path) -> None:
    """The published one is built from the checkout; others build from the source package."""
    build = [sys.executable, "-m", "hatchling", "build"]
    subprocess.run([*build, "--target", "sdist", "--directory", tmp_path], cwd=ROOT, check=True)
    (archive,) = tmp_path.glob("*.tar.gz")
    shutil.unpack_archive(archive, tmp_path)
    folder = tmp_path / archive.name.removesuffix(".tar.gz")
    assert not {"tests", "docs", "scripts"} & {path.name for path in folder.iterdir()}
    again = tmp_path / "again"
    subprocess.run([*build, "--target", "wheel", "--directory", again], cwd=folder, check=True)
    (found,) = again.glob("*.whl")
    assert found.name == wheel.name
    assert found.read_bytes() == wheel.read_bytes()


@pytest.mark.slow
def test_a_wheel_installed_elsewhere_finds_all_it_needs(wheel: Path, tmp_path: Path) -> None:
    site, work = tmp_path / "site", tmp_path / "work"
    work.mkdir()
    subprocess.run([*PIP, "install", "--no-deps", "--target", str(site), str(wheel)], check=True)
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
