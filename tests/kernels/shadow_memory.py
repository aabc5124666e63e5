"""Programs run on the host under a shadow of their planned arena (see shadow.c)."""

from __future__ import annotations

import atexit
import ctypes
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from mcuq.cost.memory import MemoryPlan, plan_program
from mcuq.cost.planner import Plan
from mcuq.emit.c import write_c_model
from mcuq.emit.c.kernels import write_kernels
from mcuq.lower import LowerOptions, Program, lower
from mcuq.quantized import QuantizedGraph
from mcuq.resources import firmware_dir

Values = npt.NDArray[Any]
GUARD = 64
"""Bytes between the buffers of the arena that is run: nothing may touch them."""
HERE = Path(__file__).parent
WATCHED = (
    "-fsanitize=kernel-address",
    *("--param", "asan-instrumentation-with-call-threshold=0"),
    *("--param", "asan-stack=0", "--param", "asan-globals=0"),
    "-fno-builtin",
    *(f"-D{name}=shadow_{name}" for name in ("memcpy", "memmove", "memset")),
)
COMMON = ("-std=gnu11", "-O1", "-fPIC", "-w")


def has_compiler() -> bool:
    """Whether there is a gcc: clang has no such calls."""
    return shutil.which("gcc") is not None


class _Region(ctypes.Structure):
    _fields_ = [(name, ctypes.c_uint32) for name in ("begin", "bytes", "planned")]


class Report(ctypes.Structure):
    """As in shadow.c."""

    loads: int
    stores: int
    violations: int
    layer: int
    wanted: int
    byte: int
    found: int
    _fields_ = [
        *((name, ctypes.c_uint64) for name in ("loads", "stores", "violations")),
        *((name, ctypes.c_int32) for name in ("layer", "wanted", "byte", "found")),
    ]


@cache
def watched_kernels() -> Path:
    """libshadow.so: all kernels, every access of theirs told to shadow.c."""
    folder = Path(tempfile.mkdtemp(prefix="mcuq-shadow-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    (folder / "kernels").mkdir()
    sources = write_kernels(firmware_dir(), folder / "kernels")
    include = f"-I{firmware_dir() / 'include'}"
    objects = []
    for path in (*sources, HERE / "shadow_copies.c", HERE / "shadow.c"):
        objects.append(str(folder / f"{path.stem}.o"))
        flags = () if path.name == "shadow.c" else WATCHED
        _gcc(*COMMON, *flags, include, "-c", str(path), "-o", objects[-1])
    library = folder / "libshadow.so"
    _gcc("-shared", "-Wl,-Bsymbolic", *objects, "-o", str(library))
    ctypes.CDLL(str(library), mode=ctypes.RTLD_GLOBAL)
    return library


def _gcc(*words: str) -> None:
    subprocess.run(["gcc", *words], check=True)


@dataclass(frozen=True)
class Directed(MemoryPlan):
    """A layout whose calls run in given directions, wherever their buffers lie."""

    down: frozenset[int] = frozenset()

    def descends(self, call: int) -> bool:
        return call in self.down


def host_program(qgraph: QuantizedGraph, *, speed: bool = True, lanes: bool = False) -> Program:
    """The program for this machine's addresses."""
    address_bytes = ctypes.sizeof(ctypes.c_void_p)
    return lower(qgraph, LowerOptions(speed=speed, address_bytes=address_bytes, lanes=lanes))


def at(memory: MemoryPlan, offsets: Mapping[str, int]) -> MemoryPlan:
    """The same buffers elsewhere."""
    ends = [offsets[buffer.name] + buffer.size for buffer in memory.buffers]
    plan = Plan(dict(offsets), max(ends), 0)
    return MemoryPlan(plan, memory.buffers, memory.program)


def apart(memory: MemoryPlan) -> Directed:
    """Every buffer alone, guards between; the directions are those of `memory`."""
    offsets, top = {}, GUARD
    for buffer in memory.buffers:
        offsets[buffer.name] = top
        top += -(-buffer.size // 16) * 16 + GUARD
    plan = Plan(offsets, top, 0)
    return Directed(plan, memory.buffers, memory.program, memory.states, directions(memory))


def directions(memory: MemoryPlan) -> frozenset[int]:
    """The calls that run downwards."""
    return frozenset(i for i in range(len(memory.program.calls)) if memory.descends(i))


class Watched:
    """A program compiled with every buffer apart, run under the shadow of any plan of its own
    directions."""

    def __init__(self, memory: MemoryPlan, library: ctypes.CDLL, laid: MemoryPlan) -> None:
        self._memory, self._library, self._laid = memory, library, laid

    def run(
        self, inputs: Sequence[Values], memory: MemoryPlan | None = None
    ) -> tuple[Report, list[bytes]]:
        """What was seen, and the outputs.

        Args:
            inputs: one sample, an array an input.
            memory: the plan to shadow; by default the program's.
        """
        memory = memory or self._memory
        laid, storage = self._laid, memory.program.storage
        names = [buffer.name for buffer in memory.buffers]
        places = [plan.plan.offsets for plan in (laid, memory)]
        fields = [_Region(places[0][b.name], b.size, places[1][b.name]) for b in memory.buffers]
        regions = (_Region * len(fields))(*fields)
        shadow = ctypes.CDLL(str(watched_kernels()))
        arena = ctypes.c_void_p.in_dll(self._library, "shadow_arena")
        shadow.shadow_begin(
            arena, laid.arena_bytes, regions, len(fields), memory.arena_bytes + GUARD
        )
        qgraph = memory.program.qgraph
        for name, values in zip(qgraph.inputs, inputs, strict=True):
            place = arena.value + laid.offset(name)  # type: ignore[operator]
            ctypes.memmove(place, values.tobytes(), values.nbytes)
            shadow.shadow_fill(names.index(storage[name]))
        self._library.model_run()
        outputs = []
        for name in qgraph.outputs:
            shadow.shadow_read(names.index(storage[name]))
            place = arena.value + laid.offset(name)  # type: ignore[operator]
            outputs.append(ctypes.string_at(place, qgraph.tensors[name].nbytes))
        shadow.shadow_end.restype = ctypes.POINTER(Report)
        return Report.from_buffer_copy(shadow.shadow_end().contents), outputs


@contextmanager
def watched(memory: MemoryPlan, laid: MemoryPlan | None = None) -> Iterator[Watched]:
    """Compile the program of `memory`, laid out as `laid`: by default, every buffer apart.

    Where buffers share bytes of `laid`, accesses are counted but not judged.
    """
    laid = laid or apart(memory)
    library = watched_kernels()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "model"
        write_c_model(laid, firmware_dir(), folder)
        with (folder / "model.c").open("a") as source:
            source.write("int8_t *const shadow_arena = arena;\n")
        includes = [f"-I{folder}", f"-I{folder / 'include'}"]
        target = folder / "model.so"
        link = ["-L" + str(library.parent), "-lshadow", f"-Wl,-rpath,{library.parent}"]
        _gcc(
            *COMMON,
            "-DMCUQ_PROFILE",
            "-shared",
            "-Wl,-Bsymbolic",
            *includes,
            str(folder / "model.c"),
            str(folder / "kernels" / "mcuq_kernels.c"),
            "-o",
            str(target),
            *link,
        )
        loaded = ctypes.CDLL(str(target), mode=os.RTLD_LOCAL | os.RTLD_NOW)
        yield Watched(memory, loaded, laid)


def planned(qgraph: QuantizedGraph, *, speed: bool = True) -> MemoryPlan:
    """The plan that a build would make here."""
    return plan_program(host_program(qgraph, speed=speed))


def random_sample(qgraph: QuantizedGraph, rng: np.random.Generator) -> list[Values]:
    """Random values of the inputs' types."""
    sample: list[Values] = []
    for name in qgraph.inputs:
        tensor = qgraph.tensors[name]
        if tensor.is_float:
            sample.append(rng.normal(size=tensor.shape).astype(np.float32))
        else:
            low, high = -(2 ** (tensor.bits - 1)), 2 ** (tensor.bits - 1)
            sample.append(rng.integers(low, high, tensor.shape).astype(tensor.dtype))
    return sample
