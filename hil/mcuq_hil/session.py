"""A board that runs our image, as a function: input bytes in, output bytes and counts out."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Literal, Self, TypeVar

from mcuq_hil.boards import Board
from mcuq_hil.device_info import (
    LOAD_HEAD,
    DeviceInfo,
    impossible,
    read_info,
    read_output,
    read_ticks,
)
from mcuq_hil.errors import BoardError, LinkLostError, WrongImageError, WrongResultError
from mcuq_hil.faults import fault_error
from mcuq_hil.identity import read_build_id
from mcuq_hil.link import DeviceRestartedError, Link, Ready, Transport
from mcuq_hil.protocol import messages as m
from mcuq_hil.settings import PATIENCE

Unit = Literal["instructions", "cycles"]
T = TypeVar("T")


@dataclass(frozen=True)
class Counts:
    """What one run took.

    Attributes:
        unit: "cycles" from hardware, "instructions" from an emulator; never compare the two.
        total: of the whole run.
        layers: one count a layer, empty where the image was not built to be profiled.
    """

    unit: Unit
    total: int
    layers: tuple[int, ...] = ()


class Session:
    """An open session; a context manager, `close` releases the port.

    Where the image holds several models (`ready.models`), it is about the first one until another
    is selected.

    Args:
        board: the board's description.
        elf: the image it runs.
        transport: an open port; closed with the session.
        unit: what the device's counter counts.
        run_seconds: how long a run may take, of which little is known; see `expect`.
        clock: what the seconds are of: of the wall, or of work that an emulator did.
    """

    def __init__(
        self,
        board: Board,
        elf: Path,
        transport: Transport,
        *,
        unit: Unit,
        run_seconds: float = PATIENCE.run,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.board = board
        self.unit = unit
        self._elf = elf
        self._transport = transport
        self._least_seconds = self._run_seconds = run_seconds
        self._hello_seconds = PATIENCE.hello if unit == "cycles" else PATIENCE.emulated
        self._link = (
            Link(transport, baud=board.uart.baud, clock=clock)
            if unit == "cycles"
            else Link(transport, patience=PATIENCE.emulated, clock=clock)
        )
        self.ready: Ready
        self.info: DeviceInfo
        """Of the model that is selected."""

    def open(self, hello_seconds: float | None = None) -> None:
        """Say hello, compare the build ids, ask what the image holds.

        Args:
            hello_seconds: how long to wait for an answer; the default is for a board that has
                just been reset.

        Raises:
            NoHelloError, WrongImageError, LinkLostError, LinkTimeoutError.
            DeviceFaultError: the firmware faulted on its way here.
        """
        self.ready = self._link.hello(hello_seconds or self._hello_seconds)
        expected = read_build_id(self._elf)
        if self.ready.build_id != expected:
            raise WrongImageError(
                f"the board runs build {self.ready.build_id.hex()[:8]}, not {expected.hex()[:8]}",
                "flash this image, or pass the one that is on the board",
            )
        if self.ready.chunk <= LOAD_HEAD:
            raise impossible(f"that it takes {self.ready.chunk} bytes at a time")
        if self.ready.has_fault:
            self._raise_fault()
        self.info = self._guarded(self._read_info)

    def select(self, model: int) -> DeviceInfo:
        """Let everything that follows be about one of the image's models.

        Args:
            model: its number, below `ready.models`.

        Returns:
            What the firmware says of it; `info` from now on.

        Raises:
            BoardError: the image has no such model. LinkTimeoutError, LinkLostError.
        """
        if not 0 <= model < self.ready.models:
            raise BoardError(
                f"the image has no model {model}: {self.ready.models} in all, the first is 0",
                "give another number, or flash the image that has it",
            )
        self.info = self._guarded(lambda: self._select(model))
        return self.info

    def expect(self, instructions: int) -> None:
        """Give a run the time that so many instructions may take, beside `run_seconds`."""
        rate = PATIENCE.emulated_rate if self.unit == "instructions" else self.board.core_hz
        each = 1 if self.unit == "instructions" else PATIENCE.cycles_per_instruction
        self._run_seconds = self._least_seconds + instructions * each / rate

    def run(self, inputs: Sequence[bytes]) -> list[bytes]:
        """Outputs of one inference.

        Args:
            inputs: int8 bytes of every input, as quantized on the host.

        Raises:
            BoardError: number or length of the inputs is wrong.
            LinkTimeoutError, CorruptFrameError, LinkLostError: the link failed.
            DeviceFaultError, StackOverflowError: the firmware faulted.
        """
        return self._guarded(lambda: self._run(inputs, flags=0)[0])

    def count(self, inputs: Sequence[bytes]) -> Counts:
        """Counts of one inference; raises what `run` raises."""
        return self.run_counted(inputs)[1]

    def run_counted(self, inputs: Sequence[bytes]) -> tuple[list[bytes], Counts]:
        """Outputs and counts of one inference; raises what `run` raises."""
        return self._guarded(lambda: self._run_counted(inputs))

    def check(self, inputs: Sequence[bytes], expected: Sequence[bytes]) -> None:
        """Run and compare; raises WrongResultError, and what `run` raises."""
        for index, (got, want) in enumerate(zip(self.run(inputs), expected, strict=True)):
            if got != want:
                differing = [at for at, (a, b) in enumerate(zip(got, want, strict=True)) if a != b]
                raise WrongResultError(
                    f"output {index} differs from the host's in {len(differing)} of {len(want)} "
                    f"bytes, first at {differing[0]}",
                    "flash the image again; build it again where that does not help",
                )

    def echo(self, data: bytes) -> bytes:
        """Self-test of the link: `data`, at most `ready.chunk` bytes, comes back."""
        return bytes(self._guarded(lambda: self._link.exchange(m.ECHO, data=data))["data"])  # type: ignore[arg-type]

    def stack_high_water(self) -> int:
        """Most bytes of the main stack used since the device started."""
        return self._guarded(lambda: int(self._link.exchange(m.STACK)["used"]))

    def arena_high_water(self, inputs: Sequence[bytes]) -> int:
        """Bytes of the arena, from its start, that one inference touches."""
        return self._guarded(lambda: self._arena_high_water(inputs))

    def begin(self) -> None:
        """Give the model's states their initial values: in front of each sequence of runs.

        A model that keeps nothing from run to run needs it not, and takes it.

        Raises:
            LinkTimeoutError, CorruptFrameError, LinkLostError: the link failed, or the firmware
                is older than this operation.
            DeviceFaultError: the firmware faulted.
        """
        self._guarded(lambda: self._link.exchange(m.BEGIN))

    def reset(self) -> None:
        """Restart the device and open a new session; raises what `open` raises."""
        self._guarded(lambda: self._link.exchange(m.RESET))
        self.open()

    def close(self) -> None:
        """Release the port."""
        self._transport.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _guarded(self, work: Callable[[], T]) -> T:
        """Do `work`; where the device started anew in the middle, find out why."""
        try:
            return work()
        except DeviceRestartedError:
            self.ready = self._link.hello(self._hello_seconds)
            if self.ready.has_fault:
                self._raise_fault()
            raise LinkLostError(
                "the device was reset in the middle of the work",
                "look at its power supply, and at who pressed its button",
            ) from None

    def _raise_fault(self) -> None:
        raise fault_error(self._link.exchange(m.FAULT, action=m.FAULT_CLEAR), self._elf)

    def _select(self, model: int) -> DeviceInfo:
        if self.ready.models > 1:  # images from before there could be more know no SELECT
            self._link.exchange(m.SELECT, model=model)
        return self._read_info()

    def _read_info(self) -> DeviceInfo:
        return read_info(self._link, self.board.ram.bytes)

    def _load(self, inputs: Sequence[bytes]) -> None:
        wanted = [io.bytes for io in self.info.inputs]
        if [len(data) for data in inputs] != wanted:
            raise BoardError(
                f"inputs of {[len(data) for data in inputs]} bytes, the model takes {wanted}",
                "give every input, as the image stores it",
            )
        step = self.ready.chunk - LOAD_HEAD
        for index, data in enumerate(inputs):
            for offset in range(0, len(data), step):
                chunk = bytes(data[offset : offset + step])
                self._link.exchange(m.LOAD, index=index, offset=offset, data=chunk)

    def _run(self, inputs: Sequence[bytes], flags: int) -> tuple[list[bytes], int]:
        self._load(inputs)
        fields = self._link.exchange(m.RUN, patience=self._run_seconds, flags=flags)
        outputs = [
            read_output(self._link, index, io.bytes, self.ready.chunk)
            for index, io in enumerate(self.info.outputs)
        ]
        return outputs, int(fields["count"])

    def _run_counted(self, inputs: Sequence[bytes]) -> tuple[list[bytes], Counts]:
        outputs, ticks = self._run(inputs, flags=m.RUN_COUNT)
        layers = self._read_layers() if self.ready.has_profile else ()
        return outputs, Counts(self.unit, self._count(ticks), layers)

    def _read_layers(self) -> tuple[int, ...]:
        ticks = read_ticks(self._link, min(self.info.layers, self.info.layer_capacity))
        return tuple(self._count(tick) for tick in ticks)

    def _count(self, ticks: int) -> int:
        if self.unit == "cycles":
            return ticks
        return round(ticks / self.board.counter.ticks_per_instruction)

    def _arena_high_water(self, inputs: Sequence[bytes]) -> int:
        self._link.exchange(m.ARENA, action=m.ARENA_PAINT)
        self._run(inputs, flags=0)
        return int(self._link.exchange(m.ARENA, action=m.ARENA_MEASURE)["used"])
