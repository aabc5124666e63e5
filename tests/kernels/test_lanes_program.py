"""The vector extension's assembly equals the same functions in C, on random values, under QEMU."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from mcuq.bench.vector import CORE, EMULATOR, has_emulator
from mcuq.compiler.toolchain import core_flags
from mcuq.emit.c.kernels import write_kernels
from mcuq.resources import firmware_dir

HERE = Path(__file__).parent
FUNCTIONS = (
    *(f"lane_{part}_{width}" for part in ("pixels", "row") for width in ("s8", "s4", "s2")),
    *("multiply_s8", "multiply_s4", "depthwise_run_9"),
    *("lane_copy", "lane_fill", "lane_unpack_s4", "lane_unpack_s2", "depthwise_lanes_run"),
    *("pool_average_s8", "pool_average_many", "pool_maximum_s8", "pool_maximum_many"),
    *("add_aligned_s8", "mean_columns_s8"),
)
BESIDE = ("lane_groups", "multiply_groups", "pair_sums_s8", "four_sums_s4", "pool_sums")
"""What the functions in C call."""

pytestmark = [
    pytest.mark.arm,
    pytest.mark.slow,
    pytest.mark.skipif(not has_emulator(), reason="qemu-system-arm is not installed"),
]


def program(folder: Path) -> Path:
    """The functions twice, as assembly and, their names changed, as C."""
    kernels = folder / "kernels"
    kernels.mkdir()
    write_kernels(firmware_dir(), kernels, [f"mcuq_{name}.c" for name in (*FUNCTIONS, *BESIDE)])
    common = ["arm-none-eabi-gcc", *core_flags(CORE), "-O1", f"-I{firmware_dir() / 'include'}"]
    plain = [f"-Dmcuq_{name}=plain_{name}" for name in (*FUNCTIONS, *BESIDE)]
    objects = []
    for name in (*FUNCTIONS, *BESIDE):
        forms = {name: [], f"plain_{name}": ["-U__ARM_FEATURE_MVE", "-U__ARM_FEATURE_DSP", *plain]}
        for made, flags in forms.items():
            objects.append(str(folder / f"{made}.o"))
            source = str(kernels / f"mcuq_{name}.c")
            subprocess.run([*common, *flags, "-c", source, "-o", objects[-1]], check=True)
    image = folder / "program.elf"
    sources = [str(HERE / "lanes_program.c"), *objects]
    script = ["-nostartfiles", f"-T{HERE / 'lanes_program.ld'}", "-o", str(image)]
    subprocess.run([*common, *sources, *script], check=True)
    return image


def test_assembly_equals_c(tmp_path: Path) -> None:
    command = [EMULATOR, "-machine", "mps3-an547", "-kernel", str(program(tmp_path))]
    quiet = ["-display", "none", "-nodefaults", "-serial", "null"]
    semihosting = ["-semihosting-config", "enable=on,target=native"]
    told = subprocess.run(
        [*command, *quiet, *semihosting], check=False, capture_output=True, text=True
    )
    lines = [line for line in (told.stdout + told.stderr).splitlines() if "warning" not in line]
    assert lines == ["done"]
