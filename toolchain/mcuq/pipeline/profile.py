"""Counts of each layer, from an image that marks its layers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mcuq.choices import Optimize
from mcuq.compiler.firmware import build_firmware
from mcuq.compiler.kernel_library import KernelLibrary
from mcuq.lower import LowerOptions, Program, has_lanes, multiplies_pairs
from mcuq.pipeline.settings import ADVICE
from mcuq.safety import NO_SAFETY, Safety
from mcuq_hil import Counts, Estimate, estimate_cycles, open_session
from mcuq_hil.boards import Board


def most_instructions(macs: int) -> int:
    """What one inference of a model may take at most, for how long to wait for it."""
    return ADVICE.instructions_per_mac * macs


@dataclass(frozen=True)
class ProfileTarget:
    """Where a model runs: a board, a compiler level, a serial port or (None) the emulator.

    `kernel_library` brings the kernels in the place of mcuq's; `safety` is what images watch of
    themselves.
    """

    board: Board
    optimize: Optimize
    port: str | None
    kernel_library: KernelLibrary | None = None
    safety: Safety = NO_SAFETY

    @property
    def lowering(self) -> LowerOptions:
        """How models are lowered for it."""
        speed = self.optimize == "speed"
        if self.kernel_library is None:
            core = self.board.core
            return LowerOptions(speed=speed, lanes=has_lanes(core), pairs=multiplies_pairs(core))
        return LowerOptions("cmsis-nn", speed=speed, provided=self.kernel_library.defined)

    @property
    def can_run(self) -> bool:
        """Whether there is anything to run an image on."""
        return self.port is not None or self.board.emulator is not None


@dataclass(frozen=True)
class Profiled:
    """Attributes:
    counts: instructions (emulated) or cycles (hardware) of each call of one inference.
    estimate: cycles of each where they were emulated; None from hardware.
    """

    counts: tuple[int, ...]
    estimate: Estimate | None

    @property
    def cycles(self) -> tuple[int, ...]:
        """Of each call, measured or estimated."""
        return self.counts if self.estimate is None else self.estimate.layers


def profile_calls(
    target: ProfileTarget,
    model_dir: Path,
    sample: Sequence[npt.NDArray[np.int8]],
    calls: int,
    macs: int,
) -> Profiled:
    """What each call of one inference takes.

    Args:
        model_dir: an emitted model; the image is built beside it.
        sample: one int8 sample, an array an input.
        calls, macs: of the model, and its multiply-accumulates.
    """
    out = model_dir.parent / f"{model_dir.name}-profile"
    image = build_firmware(
        target.board,
        model_dir,
        out,
        optimize=target.optimize,
        profile=calls,
        safety=target.safety,
    )
    inputs, most = [x.tobytes() for x in sample], most_instructions(macs)
    with open_session(target.board, image.elf, target.port) as session:
        session.expect(most)
        counted = session.count(inputs)
    return Profiled(counted.layers, estimate(target, image.elf, inputs, counted, most))


def estimate(
    target: ProfileTarget, elf: Path, inputs: Sequence[bytes], counted: Counts, most: int
) -> Estimate | None:
    """Cycles of what an emulator counted; None from hardware, whose counts are cycles."""
    if target.port is not None:
        return None
    return estimate_cycles(target.board, elf, inputs, counted, most)


Layers = dict[tuple[int, int], int]
"""(index of the call, filter width or 0) → count."""


def profile_layers(
    target: ProfileTarget, program: Program, model_dir: Path, sample: Sequence[npt.NDArray[np.int8]]
) -> tuple[Layers, Layers]:
    """Counts and cycles of all calls; empty where nothing can run."""
    if not target.can_run:
        return {}, {}
    found = profile_calls(target, model_dir, sample, len(program.calls), program.macs)
    keys = [(index, call.weight_bits) for index, call in enumerate(program.calls)]
    counts, cycles = (
        dict(zip(keys, column, strict=True)) for column in (found.counts, found.cycles)
    )
    return counts, cycles
