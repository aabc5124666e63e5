"""Firmware and wheel are the same bytes in two folders, on two days, for two users.

Two users where the tests may become another; the second always has another umask and home.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
NOBODY = 65534
FIRMWARE = """\
import sys
from pathlib import Path
from mcuq.compiler import build_firmware
from mcuq.safety import Safety
from mcuq.report.sbom import image_sbom
from mcuq_hil import load_board
work = Path(sys.argv[1])
build_firmware(
    load_board("stm32f746"), work / "model", work / "out", safety=Safety(1000, True, True, True)
)
(work / "out" / "sbom.spdx.json").write_text(image_sbom(work / "out"))
"""
WHEEL = ("-m", "hatchling", "build", "-t", "wheel", "-d", "out")
PARTS = ("toolchain", "hil", "firmware", "schemas", "boards")
FILES = ("pyproject.toml", "README.md", "LICENSE", "THIRD_PARTY_NOTICES")


@pytest.fixture
def places() -> Iterator[tuple[Path, Path]]:
    """Two folders that any user may work in, one deeper than the other."""
    with tempfile.TemporaryDirectory() as first, tempfile.TemporaryDirectory() as second:
        deep = Path(second) / "deeper" / "down"
        deep.mkdir(parents=True)
        for folder in (Path(first), Path(second), deep.parent, deep):
            folder.chmod(0o777)
        yield Path(first), deep


@cache
def another_user() -> int | None:
    """Somebody else who can run this interpreter; None where we may not become them."""
    if os.geteuid() != 0:
        return None
    trial = [sys.executable, "-c", "import hatchling, mcuq.compiler"]
    try:
        done = subprocess.run(trial, user=NOBODY, cwd="/", capture_output=True, check=False)
    except OSError:
        return None
    return NOBODY if done.returncode == 0 else None


def run_as(work: Path, command: list[str], day: str, mask: int, *, is_other_user: bool) -> None:
    """Run Python in `work`, with a cache, a home, a day and a umask of its own."""
    environment = os.environ | {
        "HOME": str(work),
        "XDG_CACHE_HOME": str(work / "cache"),
        "TZ": "UTC" if is_other_user else "Asia/Tokyo",
        "PYTHONPATH": os.pathsep.join(str(ROOT / part) for part in ("toolchain", "hil")),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    faketime = shutil.which("faketime")
    words = [faketime, day, sys.executable, *command] if faketime else [sys.executable, *command]
    user = another_user() if is_other_user else None
    done = subprocess.run(
        words,
        cwd=work,
        env=environment,
        umask=mask,
        user=user,
        group=user,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def both(places: tuple[Path, Path], command: Mapping[Path, list[str]]) -> list[dict[str, str]]:
    """Digests of what each run wrote into its `out`."""
    first, second = places
    run_as(first, command[first], "2026-01-02 03:04:05", 0o022, is_other_user=False)
    run_as(second, command[second], "2031-12-30 23:59:01", 0o027, is_other_user=True)
    return [
        {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in out.iterdir()}
        for out in (first / "out", second / "out")
    ]


@pytest.mark.slow
@pytest.mark.arm
def test_firmware_is_the_same_everywhere(places: tuple[Path, Path]) -> None:
    for place in places:
        shutil.copytree(ROOT / "firmware" / "selftest", place / "model")
    found = both(places, {place: ["-c", FIRMWARE, str(place)] for place in places})
    names = {"firmware.elf", "firmware.bin", "firmware.map", "sbom.spdx.json"}
    assert set(found[0]) == names
    assert found[0] == found[1]


@pytest.mark.slow
def test_the_wheel_is_the_same_everywhere(places: tuple[Path, Path]) -> None:
    pytest.importorskip("hatchling")
    for place, mode in zip(places, (0o644, 0o664), strict=True):
        for part in PARTS:
            unwanted = shutil.ignore_patterns("__pycache__")
            shutil.copytree(ROOT / part, place / part, ignore=unwanted)
        for name in FILES:
            shutil.copyfile(ROOT / name, place / name)
            (place / name).chmod(mode)
    found = both(places, {place: list(WHEEL) for place in places})
    assert len(found[0]) == 1
    assert found[0] == found[1]
