"""What of the surroundings is there: compiler, emulators, interpreters, ports, probe software."""

from __future__ import annotations

import platform
import shutil
import subprocess
import sys
from dataclasses import dataclass, replace
from importlib.metadata import PackageNotFoundError, version

from mcuq.document import Document

_APT = "apt-get install"


@dataclass(frozen=True)
class Check:
    """One thing looked for.

    Attributes:
        name: what was looked for.
        found: whether it can be used.
        detail: its version or path, or what goes without it.
        required: whether `mcuq build` needs it.
        hint: how to get it.
    """

    name: str
    found: bool
    detail: str
    required: bool = False
    hint: str = ""


DIAGNOSIS = Document(
    "doctor",
    dict[str, Check],
    "what of the surroundings is there, by name",
    "`mcuq doctor --json`",
    marked="entries",
)


def diagnose() -> tuple[Check, ...]:
    """Look for everything that mcuq can use, what is required first. Takes under a second."""
    return (
        *_compilers(),
        _package("unicorn", "no emulated STM32 boards", required=True),
        _oracle(),
        _package("ai-edge-litert", "TFLite files cannot be read", required=True),
        _program("qemu-system-arm", "no QEMU boards (Cortex-M55)", "qemu-system-arm"),
        _program("openocd", "no flashing through OpenOCD", "openocd"),
        _program("st-flash", "no flashing through st-flash", "stlink-tools"),
        _package("pyocd", "no flashing through pyOCD", required=False),
        _package("onnx", "no .onnx models: pip install 'mcuq[onnx]'", required=False),
        _package("torch", "no PyTorch programs: pip install 'mcuq[torch]'", required=False),
        _package("tensorflow", "no Keras models: pip install 'mcuq[tensorflow]'", required=False),
        _package("distributed", "no --scheduler, no --dask: 'mcuq[dask]'", required=False),
        _serial_ports(),
    )


def _compilers() -> tuple[Check, ...]:
    """GCC with newlib, or the package with Clang: one of them is required."""
    gcc = _program("arm-none-eabi-gcc", "firmware cannot be built", "gcc-arm-none-eabi", True)
    newlib, clang = _newlib(), _package("ziglang", "no Clang: 'mcuq[compiler]'", required=False)
    if not clang.found:
        return gcc, newlib, clang
    if gcc.found and newlib.found:
        detail = f"{clang.detail}: used by --compiler clang"
        return gcc, newlib, replace(clang, detail=detail)
    gcc, newlib = (replace(check, required=False) for check in (gcc, newlib))
    return gcc, newlib, replace(clang, required=True, detail=f"{clang.detail}: used, with its lld")


def _oracle() -> Check:
    """TFLite Micro: required where there is a wheel of it."""
    has_wheel = sys.platform == "linux" and platform.machine() in ("x86_64", "AMD64")
    without = "results are not compared with TFLite Micro"
    return _package("tflite-micro", without, required=has_wheel)


def _program(name: str, without: str, apt: str, required: bool = False) -> Check:
    path = shutil.which(name)
    if path is None:
        return Check(name, False, f"not found: {without}", required, f"{_APT} {apt}")
    return Check(name, True, _first_line([path, "--version"]) or path, required)


def _newlib() -> Check:
    """The compiler answers with a bare file name where it has no such library."""
    name, hint = "newlib (libc_nano)", f"{_APT} libnewlib-arm-none-eabi"
    if shutil.which("arm-none-eabi-gcc") is None:
        return Check(name, False, "not found: no compiler to ask", True, hint)
    path = _first_line(["arm-none-eabi-gcc", "-mthumb", "--print-file-name=libc_nano.a"])
    if "/" not in path:
        return Check(name, False, "not found: firmware cannot be linked", True, hint)
    return Check(name, True, "found", True)


def _package(name: str, without: str, *, required: bool) -> Check:
    try:
        return Check(name, True, version(name), required)
    except PackageNotFoundError:
        return Check(name, False, f"not installed: {without}", required, f"pip install {name}")


def _serial_ports() -> Check:
    from serial.tools.list_ports import comports

    ports = [f"{port.device} ({port.description})" for port in comports() if port.vid is not None]
    return Check("serial ports", bool(ports), ", ".join(ports) or "no USB serial port plugged in")


def _first_line(command: list[str]) -> str:
    """First line a program writes, or nothing where it fails or hangs."""
    try:
        result = subprocess.run(
            command, capture_output=True, encoding="utf-8", errors="replace", timeout=5, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    lines = (result.stdout or result.stderr).strip().splitlines()
    return lines[0] if lines else ""
