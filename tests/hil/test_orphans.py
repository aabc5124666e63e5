"""What a bench starts ends with it, even where it is killed and the child never listens."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mcuq.compiler import FirmwareImage
from mcuq_hil.emulator.qemu import PROGRAM

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the kernel is Linux's")

PROGRAM_OF_OTHERS = """
import shutil, subprocess, sys, time
from mcuq_hil.orphans import ending_with_us
child = subprocess.Popen(ending_with_us([shutil.which("sleep"), "600"]))
print(child.pid, flush=True)
time.sleep(600)
"""
EMULATOR = """
import sys, time
from pathlib import Path
from mcuq_hil import load_board
from mcuq_hil.bench import boot_emulator
port = boot_emulator(load_board(sys.argv[1]), Path(sys.argv[2]))
print(port.process.pid, flush=True)
time.sleep(600)
"""


def state(process: int) -> str:
    """As proc(5) has it; empty where there is no such process."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return ""


def check(code: str, *words: str) -> None:
    parent = subprocess.Popen([sys.executable, "-c", code, *words], stdout=subprocess.PIPE)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    assert state(child) not in ("", "Z")
    parent.kill()
    parent.wait()
    while state(child) not in ("", "Z"):
        time.sleep(0.01)


def test_a_program_of_others() -> None:
    check(PROGRAM_OF_OTHERS)


@pytest.mark.arm
def test_the_emulator(build_image) -> None:
    image: FirmwareImage = build_image("silent")
    check(EMULATOR, "stm32f746", str(image.elf))


@pytest.mark.arm
@pytest.mark.skipif(shutil.which(PROGRAM) is None, reason=f"{PROGRAM} is not installed")
def test_qemu(build_image) -> None:
    image: FirmwareImage = build_image("plus_one", "mps2-an386")
    check(EMULATOR, "mps2-an386", str(image.elf))


def test_a_child_whose_parent_is_gone_already_does_not_start() -> None:
    code = "from mcuq_hil.orphans import end_with_parent; end_with_parent(1 << 22); print('on')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (1, b"")
    assert os.getppid() != 1 << 22
