"""Kernels on a bare emulated Cortex-M: no board, no start-up, one call at a time.

The kernels are linked at the start of a flat memory; a call's arguments are laid out behind them
by a bump allocator, the function runs until it returns, and executed instructions are counted.
"""

from __future__ import annotations

import struct
import subprocess
import tempfile
from bisect import bisect_right
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from elftools.elf.elffile import ELFFile
from unicorn import UC_ARCH_ARM, UC_HOOK_BLOCK, UC_MODE_MCLASS, UC_MODE_THUMB, Uc, UcError
from unicorn import arm_const as arm

from mcuq.emit.c.kernels import write_kernels
from mcuq.errors import DeviceError
from mcuq.resources import firmware_dir

COMPILER = "arm-none-eabi-gcc"
CORES = {
    "cortex-m0plus": arm.UC_CPU_ARM_CORTEX_M0,
    "cortex-m3": arm.UC_CPU_ARM_CORTEX_M3,
    "cortex-m4": arm.UC_CPU_ARM_CORTEX_M4,
    "cortex-m7": arm.UC_CPU_ARM_CORTEX_M7,
    "cortex-m33": arm.UC_CPU_ARM_CORTEX_M33,
}
"""Cores that the emulator knows, by the compiler's name."""

_BASE = 0x0010_0000
_MEMORY = 8 << 20
_STACK_TOP = _BASE + _MEMORY - 64
_RETURN = _BASE + _MEMORY - 16
_REGISTERS = (arm.UC_ARM_REG_R0, arm.UC_ARM_REG_R1, arm.UC_ARM_REG_R2, arm.UC_ARM_REG_R3)

Argument = int | npt.NDArray[np.generic]


def link_kernels(
    core: str, output: Path, *, optimize: str = "-O2", roots: Sequence[str] = ()
) -> Path:
    """Compile and link all kernels for `core` into the ELF file `output`.

    Args:
        core: a key of CORES.
        output: the file to write.
        optimize: the compiler's optimization flag.
        roots: functions to keep, with what they call; none keeps everything.

    Raises:
        DeviceError: the compiler is missing or fails.
    """
    flags = [f"-mcpu={core}", "-mthumb", "-std=c99", optimize, "-ffunction-sections"]
    link = ["-nostartfiles", "--specs=nano.specs", f"-Wl,-Ttext={_BASE:#x}", "-Wl,-e,0"]
    if roots:
        link += ["-Wl,--gc-sections", *(f"-Wl,-u,{name}" for name in roots)]
        link += [f"-Wl,--undefined={roots[0]}"]
    try:
        with tempfile.TemporaryDirectory() as folder:
            sources = map(str, write_kernels(firmware_dir(), Path(folder)))
            command = [COMPILER, *flags, f"-I{firmware_dir() / 'include'}", *sources, *link]
            run = subprocess.run([*command, "-o", str(output)], capture_output=True, text=True)
    except FileNotFoundError:
        raise DeviceError(f"{COMPILER} not found", "install gcc-arm-none-eabi") from None
    if run.returncode:
        raise DeviceError(
            f"the kernels do not compile for {core}: {run.stderr.strip()[:300]}",
            "compare the compiler with the one that mcuq doctor names",
        )
    return output


class BareMetalCore:
    """One emulated core with the kernels in its memory."""

    def __init__(self, core: str, elf: Path) -> None:
        self._uc = Uc(UC_ARCH_ARM, UC_MODE_THUMB | UC_MODE_MCLASS)
        self._uc.ctl_set_cpu_model(CORES[core])
        self._uc.mem_map(_BASE, _MEMORY)
        self._symbols: dict[str, int] = {}
        self._visited: set[int] = set()
        self._sizes: dict[int, int] = {}
        self.instructions = 0
        self._lengths: dict[tuple[int, int], int] = {}
        self._free = self._load(elf)
        self._heap = self._free
        self._uc.hook_add(UC_HOOK_BLOCK, self._count)

    def _load(self, elf: Path) -> int:
        """Write the segments; returns the first free address."""
        end = _BASE
        with elf.open("rb") as stream:
            image = ELFFile(stream)
            for segment in image.iter_segments("PT_LOAD"):
                self._uc.mem_write(segment["p_paddr"], segment.data())
                end = max(end, segment["p_paddr"] + segment["p_memsz"])
            table = image.get_section_by_name(".symtab")
            for symbol in table.iter_symbols():
                if symbol["st_info"]["type"] == "STT_FUNC":
                    # Bit 0 says Thumb; it is not part of the address.
                    self._symbols[symbol.name] = symbol["st_value"] & ~1
                    self._sizes[symbol["st_value"] & ~1] = symbol["st_size"]
        self._starts = sorted(self._sizes)
        return -(-end // 16) * 16

    def _count(self, uc: Uc, address: int, size: int, _: object) -> None:
        key = (address, size)
        length = self._lengths.get(key)
        if length is None:
            length = _thumb_instructions(bytes(uc.mem_read(address, size)))
            self._lengths[key] = length
        self._visited.add(address)
        self.instructions += length

    @property
    def code_bytes(self) -> int:
        """Sizes of the functions that the last call entered, literals included."""
        entered = {self._starts[bisect_right(self._starts, a) - 1] for a in self._visited}
        return sum(self._sizes[start] for start in entered)

    def place(self, data: npt.NDArray[np.generic] | bytes) -> int:
        """Copy `data` into memory for the next call; returns its address."""
        content = data if isinstance(data, bytes) else data.tobytes()
        address = self._free
        self._uc.mem_write(address, content)
        self._free += -(-len(content) // 16) * 16
        return address

    def read(self, address: int, count: int) -> bytes:
        """Bytes of memory."""
        return bytes(self._uc.mem_read(address, count))

    def reset(self) -> None:
        """Forget everything that was placed."""
        self._free = self._heap

    def call(self, function: str, *arguments: int) -> int:
        """Run a function with word arguments; returns the executed instructions.

        Raises:
            DeviceError: it does not exist, or faults.
        """
        if function not in self._symbols:
            raise DeviceError(f"no kernel named {function}", "please report it")
        words = [argument & 0xFFFF_FFFF for argument in arguments]
        for register, word in zip(_REGISTERS, words, strict=False):
            self._uc.reg_write(register, word)
        rest = words[len(_REGISTERS) :]
        stack = _STACK_TOP - 8 * len(rest)
        self._uc.mem_write(stack, struct.pack(f"<{len(rest)}I", *rest))
        self._uc.reg_write(arm.UC_ARM_REG_SP, stack)
        self._uc.reg_write(arm.UC_ARM_REG_LR, _RETURN | 1)
        self.instructions = 0
        self._visited.clear()
        try:
            self._uc.emu_start(self._symbols[function] | 1, _RETURN)
        except UcError as error:
            place = self._uc.reg_read(arm.UC_ARM_REG_PC)
            raise DeviceError(
                f"{function} stopped at {place:#x}: {error}", "please report it"
            ) from None
        return self.instructions


def _thumb_instructions(code: bytes) -> int:
    """Number of Thumb-2 instructions in `code`."""
    count = position = 0
    while position < len(code):
        (half,) = struct.unpack_from("<H", code, position)
        # Prefixes 0b11101, 0b11110 and 0b11111 begin 32-bit encodings.
        position += 4 if half >> 11 >= 0b11101 else 2
        count += 1
    return count
