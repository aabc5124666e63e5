"""The DSP extension's assembly equals C for any shift, in either order, under QEMU."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from mcuq.bench.vector import EMULATOR, has_emulator
from mcuq.compiler.toolchain import core_flags
from mcuq.resources import firmware_dir

HERE = Path(__file__).parent
TWICE = ("multiply_s8", "multiply_s4", "multiply_s2", "depthwise_run_9")
ASSEMBLY = (*TWICE, "depthwise_run_expanded_9")
BESIDE = ("multiply_groups", "pair_sums_s8", "four_sums_s4", "four_sums_s2")
"""What the functions in C call."""
MACHINES = {"cortex-m4": "mps2-an386", "cortex-m7": "mps2-an500"}

pytestmark = [
    pytest.mark.arm,
    pytest.mark.qemu,
    pytest.mark.skipif(not has_emulator(), reason="qemu-system-arm is not installed"),
]


def program(folder: Path, core: str, optimize: str) -> Path:
    """The functions as assembly and, their names changed, as C."""
    common = ["arm-none-eabi-gcc", *core_flags(core), f"-I{firmware_dir() / 'include'}"]
    plain = ["-O1", "-U__ARM_FEATURE_DSP", *(f"-Dmcuq_{name}=plain_{name}" for name in TWICE)]
    forms = [(name, [f"-{optimize}"], name) for name in ASSEMBLY]
    forms += [(f"plain_{name}", plain, name) for name in (*TWICE, *BESIDE)]
    objects = []
    for made, flags, name in forms:
        objects.append(str(folder / f"{made}.o"))
        source = str(firmware_dir() / "kernels" / f"mcuq_{name}.c")
        subprocess.run([*common, *flags, "-c", source, "-o", objects[-1]], check=True)
    image = folder / "program.elf"
    script = ["-O1", "-nostartfiles", f"-T{HERE / 'lanes_program.ld'}", "-o", str(image)]
    subprocess.run([*common, str(HERE / "dsp_program.c"), *objects, *script], check=True)
    return image


@pytest.mark.parametrize("core", list(MACHINES))
@pytest.mark.parametrize("optimize", ["O2", "Os"])
def test_assembly_equals_c(core: str, optimize: str, tmp_path: Path) -> None:
    command = [EMULATOR, "-machine", MACHINES[core], "-kernel"]
    quiet = ["-display", "none", "-nodefaults", "-serial", "null"]
    semihosting = ["-semihosting-config", "enable=on,target=native"]
    told = subprocess.run(
        [*command, str(program(tmp_path, core, optimize)), *quiet, *semihosting],
        check=False,
        capture_output=True,
        text=True,
    )
    lines = [line for line in (told.stdout + told.stderr).splitlines() if "warning" not in line]
    assert lines == ["done"]
