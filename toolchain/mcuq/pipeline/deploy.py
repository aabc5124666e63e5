"""From a quantized graph to files, an image, and the proof that they all compute the same."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mcuq.compiler import FirmwareImage, build_firmware
from mcuq.cost import MemoryPlan, plan_program
from mcuq.emit.c.names import DEFAULT_NAMES, Names
from mcuq.errors import DeviceError
from mcuq.pipeline.flatbuffer import smallest_flatbuffer
from mcuq.pipeline.locate_mismatch import locate_mismatch
from mcuq.pipeline.lowering import lower_for, write_model
from mcuq.pipeline.profile import (
    Profiled,
    ProfileTarget,
    estimate,
    most_instructions,
    profile_calls,
)
from mcuq.pipeline.verify import equal_in_tflm, equal_on_device
from mcuq.progress import Progress, ProgressCallback
from mcuq.quantized import QuantizedGraph, one_run
from mcuq.result.manifest import DeviceFigures, Verification
from mcuq.temporary import temporary_folder
from mcuq.tflite.wheel import difference_hint
from mcuq_hil import Estimate, open_session

Int8s = npt.NDArray[np.int8]


_DIFFERS = "build without --port: where the emulator agrees, look at the board, its clock and flash"


@dataclass(frozen=True)
class Deployed:
    """Attributes:
    memory: the planned program.
    image: the linked firmware.
    profiled: each kernel call; None where nothing can run.
    """

    memory: MemoryPlan
    image: FirmwareImage
    flatbuffer: bytes
    profiled: Profiled | None


def deploy(
    target: ProfileTarget,
    qgraph: QuantizedGraph,
    sample: Sequence[Int8s],
    folder: Path,
    names: Names = DEFAULT_NAMES,
) -> Deployed:
    """Write model.tflite, model/ and firmware.elf/.bin below `folder`, and profile the layers.

    Args:
        sample: one int8 sample, an array an input.
        folder: exists; nothing in it is replaced.
        names: what the model is called in C.
    """
    memory = plan_program(lower_for(target, qgraph))
    flatbuffer = smallest_flatbuffer(qgraph)
    (folder / "model.tflite").write_bytes(flatbuffer)
    write_model(target, memory, folder / "model", names)
    with temporary_folder() as scratch:
        work = scratch / "model"
        shutil.copytree(folder / "model", work)
        image = build_firmware(
            target.board, work, folder, optimize=target.optimize, safety=target.safety
        )
        profiled = None
        if target.can_run:
            calls, macs = len(memory.program.calls), memory.program.macs
            profiled = profile_calls(target, work, sample, calls, macs)
    return Deployed(memory, image, flatbuffer, profiled)


@dataclass(frozen=True)
class Verified:
    """What the comparison found; `count` is of one inference, in the device's unit, `estimate` of
    its cycles where it was emulated."""

    verification: Verification
    device: DeviceFigures
    count: int
    estimate: Estimate | None


def verify(
    target: ProfileTarget,
    deployed: Deployed,
    inputs: Sequence[Int8s],
    expected: Sequence[Int8s],
    device_samples: int,
    workers: int,
    progress: ProgressCallback,
    original: bool | None = None,
) -> Verified:
    """Compare with TFLite Micro (all samples) and the device (the first `device_samples`).

    Args:
        inputs, expected: int8 (samples, …), one an input or output.
        original: whether the file that was given gives these bytes; None where it was not run.

    Raises:
        DeviceError: outputs differ, or there is nothing to run the image on.
    """
    samples, qgraph = len(inputs[0]), deployed.memory.program.qgraph
    progress(Progress("verify", 0, None, f"{samples} samples in TFLite Micro"))
    in_tflm = equal_in_tflm(deployed.flatbuffer, inputs, expected, workers)
    if not target.can_run:
        raise DeviceError(
            f"{target.board.name} has no emulator here and no --port is given",
            "plug the board in and name its port, or build for an emulated board",
        )
    count = min(device_samples, samples)
    progress(Progress("verify", 0, count, f"on {target.board.name}"))
    with open_session(target.board, deployed.image.elf, target.port) as session:
        session.expect(most_instructions(deployed.memory.program.macs))
        on_device = equal_on_device(
            session,
            [x[:count] for x in inputs],
            [y[:count] for y in expected],
            sequences=bool(qgraph.states),
        )
        sample = one_run(qgraph, inputs)
        counts = session.count([x.tobytes() for x in sample])
        device = DeviceFigures(
            emulated=target.port is None,
            unit=counts.unit,
            stack_high_water=session.stack_high_water(),
            arena_high_water=session.arena_high_water([x.tobytes() for x in sample]),
        )
    verification = Verification(
        samples=samples,
        equal_tflm=in_tflm,
        device_samples=count,
        equal_device=on_device,
        equal_original=original,
    )
    if in_tflm is not False and not on_device and target.kernel_library is not None:
        locate_mismatch(target, qgraph, [x[0] for x in inputs])
    _check_equal(verification, target)
    found = estimate(
        target,
        deployed.image.elf,
        [x.tobytes() for x in sample],
        counts,
        most_instructions(deployed.memory.program.macs),
    )
    return Verified(verification, device, counts.total, found)


def _check_equal(checked: Verification, target: ProfileTarget) -> None:
    """Raise where a comparison that was made found a difference."""
    if checked.equal_original is False:
        where = "TFLite Micro running the file that was given"
    elif checked.equal_tflm is False:
        where = "TFLite Micro"
    elif not checked.equal_device:
        where = "the device"
    else:
        return
    is_device = checked.equal_tflm is not False and target.port is not None
    raise DeviceError(
        f"outputs differ from {where}: the firmware does not compute what was evaluated",
        _DIFFERS if is_device else difference_hint(),
        differs=True,
    )
