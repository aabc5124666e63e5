"""A bare core runs one function of an image at a time; nothing else emulates or reads sizes."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from unicorn import arm_const as arm

import mcuq
import mcuq_hil
from mcuq_hil.emulator.bare import BASE, BareCore
from mcuq_hil.emulator.cpu import CPU_MODELS
from mcuq_hil.errors import CallError
from mcuq_hil.image import functions

SOURCE = """
int add6(int a, int b, int c, int d, int e, int f) { return a + b + c + d + e + 10 * f; }
static int __attribute__((noinline)) half(int x) { return x / 2; }
void halve(int *at) { *at = half(*at); }
int crash(void) { return *(volatile int *)0xF0000000; }
"""


@pytest.fixture(scope="module")
def elf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bare")
    (folder / "code.c").write_text(SOURCE)
    where = ["-nostartfiles", "--specs=nano.specs", f"-Wl,-Ttext={BASE:#x}", "-Wl,-e,0"]
    command = ["arm-none-eabi-gcc", "-mcpu=cortex-m0plus", "-mthumb", "-O1", *where]
    subprocess.run([*command, str(folder / "code.c"), "-o", str(folder / "elf")], check=True)
    return folder / "elf"


@pytest.mark.arm
@pytest.mark.parametrize("core", CPU_MODELS)
def test_arguments_go_in_and_memory_comes_out(core: str, elf: Path) -> None:
    machine = BareCore(core, elf)
    at = machine.place((-9).to_bytes(4, "little", signed=True))
    first = machine.call("halve", at)
    assert int.from_bytes(machine.read(at, 4), "little", signed=True) == -4
    assert machine.call("halve", at) == first, "a count starts anew with each call"
    sizes = {function.name: function.size for function in functions(elf)}
    assert machine.code_bytes == sizes["halve"] + sizes["half"]
    machine.call("add6", 1, 2, 3, 4, 5, -6)
    assert machine.uc.reg_read(arm.UC_ARM_REG_R0) == (15 - 60) & 0xFFFF_FFFF
    assert machine.code_bytes == sizes["add6"]
    machine.reset()
    assert machine.place(b"x") == at


@pytest.mark.arm
def test_what_cannot_be_called_is_told(elf: Path) -> None:
    machine = BareCore("cortex-m4", elf)
    with pytest.raises(CallError, match="no function named magic"):
        machine.call("magic")
    with pytest.raises(CallError, match=r"crash stopped at 0x10[0-9a-f]+: "):
        machine.call("crash")


@pytest.mark.parametrize(
    ("text", "home"),
    [
        ("Uc(", {"mcuq_hil/emulator/cpu.py"}),
        ('["st_size"]', {"mcuq_hil/image.py"}),
    ],
)
def test_there_is_one_of_each(text: str, home: set[str]) -> None:
    folders = [Path(package.__file__).parent for package in (mcuq, mcuq_hil)]
    found = {
        path.relative_to(folder.parent).as_posix()
        for folder in folders
        for path in folder.rglob("*.py")
        if text in path.read_text(encoding="utf-8")
    }
    assert found == home
