"""The shadow of a planned arena around the emulated core's own code: assembly is watched, too.

As shadow.c, for programs compiled for the target: the emulator tells of every access to an arena
in which nothing overlaps.
"""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy.typing as npt
from shadow_memory import apart
from unicorn import UC_HOOK_MEM_READ, UC_HOOK_MEM_WRITE, Uc
from unicorn import arm_const as arm

from mcuq.cost.memory import MemoryPlan
from mcuq.emit.c import write_c_model
from mcuq.resources import firmware_dir
from mcuq_hil.emulator.bare import BASE, BareCore

FLAGS = ("-mthumb", "-std=c11", "-O2", "-ffunction-sections", "-nostartfiles", "-w")
Place = tuple[int, int]
"""A buffer's number and a byte of it."""


@dataclass
class Seen:
    """Loads and stores in the arena; of violations, what was wanted and what was there."""

    loads: int = 0
    stores: int = 0
    violations: tuple[tuple[Place | None, Place | None], ...] = ()


def link_model(memory: MemoryPlan, core: str, folder: Path) -> Path:
    """The program, every buffer apart, as an ELF file for BareCore."""
    model = folder / "model"
    write_c_model(apart(memory), firmware_dir(), model)
    sources = [str(path) for path in sorted(model.rglob("*.c"))]
    elf = folder / "model.elf"
    where = ["--specs=nano.specs", f"-Wl,-Ttext={BASE:#x}", "-Wl,-e,0"]
    where += ["-Wl,--gc-sections", *(f"-Wl,-u,{name}" for name in ("model_run", "model_input"))]
    includes = [f"-I{model}", f"-I{model / 'include'}"]
    command = ["arm-none-eabi-gcc", f"-mcpu={core}", *FLAGS, *includes, *sources, *where]
    subprocess.run([*command, "-o", str(elf)], check=True)
    return elf


class WatchedCore(BareCore):
    """A core that keeps a shadow of a planned arena."""

    def watch(self, memory: MemoryPlan, sample: Sequence[npt.NDArray[Any]]) -> Seen:
        """Run the model that was linked, with one sample, under the shadow of `memory`."""
        laid, qgraph = apart(memory), memory.program.qgraph
        self.call("model_input", 0)
        base = self.uc.reg_read(arm.UC_ARM_REG_R0) - laid.offset(qgraph.inputs[0])
        owners, planned = _maps(laid, memory)
        shadow: dict[int, Place] = {}
        seen, bad = Seen(), []
        for name, values in zip(qgraph.inputs, sample, strict=True):
            self.uc.mem_write(base + laid.offset(name), values.tobytes())
            for byte in range(values.nbytes):
                place = owners[laid.offset(name) + byte]
                shadow[planned[place[0]] + place[1]] = place

        def access(uc: Uc, kind: int, address: int, size: int, value: int, store: bool) -> None:
            for at in range(address - base, address - base + size):
                place = owners.get(at)
                if place is None:
                    bad.append((None, None))
                elif store:
                    shadow[planned[place[0]] + place[1]] = place
                elif (found := shadow.get(planned[place[0]] + place[1])) != place:
                    bad.append((place, found))
            seen.stores += store
            seen.loads += not store

        end = base + laid.arena_bytes - 1
        hooks = [
            self.uc.hook_add(kind, access, store, base, end)
            for kind, store in ((UC_HOOK_MEM_READ, False), (UC_HOOK_MEM_WRITE, True))
        ]
        self.call("model_run")
        for hook in hooks:
            self.uc.hook_del(hook)
        seen.violations = tuple(bad)
        return seen

    def output(self, memory: MemoryPlan, name: str) -> bytes:
        """Bytes of an activation after `watch`."""
        laid, qgraph = apart(memory), memory.program.qgraph
        self.call("model_input", 0)
        base = self.uc.reg_read(arm.UC_ARM_REG_R0) - laid.offset(qgraph.inputs[0])
        return self.read(base + laid.offset(name), qgraph.tensors[name].nbytes)


def _maps(laid: MemoryPlan, memory: MemoryPlan) -> tuple[dict[int, Place], list[int]]:
    """Byte of the arena that is run → whose it is; buffer → where it is planned."""
    owners = {
        laid.plan.offsets[buffer.name] + byte: (index, byte)
        for index, buffer in enumerate(memory.buffers)
        for byte in range(buffer.size)
    }
    return owners, [memory.plan.offsets[buffer.name] for buffer in memory.buffers]
