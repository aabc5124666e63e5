"""The kernels' portable form needs no Arm: Clang makes RISC-V code of it without a warning."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from mcuq.emit.c.kernels import write_kernels
from mcuq.resources import firmware_dir

ziglang = pytest.importorskip("ziglang")

KERNELS = (
    *("mcuq_conv_s8.c", "mcuq_conv_s4.c", "mcuq_depthwise_s8.c", "mcuq_dense_s8.c"),
    *("mcuq_mean_s8.c", "mcuq_mean_columns_s8.c", "mcuq_pool_sums.c", "mcuq_softmax_s8.c"),
)
ESP32_C3 = ("-target", "riscv32-unknown-elf", "-march=rv32imc", "-mabi=ilp32")


@pytest.mark.slow
def test_kernels_compile_for_riscv(tmp_path: Path) -> None:
    firmware = firmware_dir()
    write_kernels(firmware, tmp_path, KERNELS)
    own_headers = Path(ziglang.__file__).parent / "lib" / "include"
    includes = [firmware / "include", firmware / "freestanding", own_headers]
    command = [sys.executable, "-m", "ziglang", "clang", *ESP32_C3, "-Os", "-ffreestanding", "-c"]
    command += ["-Wall", "-Wextra", "-Werror", *(f"-I{folder}" for folder in includes)]
    done = subprocess.run(
        [*command, *KERNELS], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    for name in KERNELS:
        machine = (tmp_path / name).with_suffix(".o").read_bytes()[18:20]
        assert machine == b"\xf3\x00"  # RISC-V in the ELF header
