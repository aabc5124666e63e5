"""The energy mode: a pin pulses where time stamps were told, and nothing else is said meanwhile."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mcuq.compiler import FirmwareImage
from mcuq.errors import UsageError
from mcuq.mlperf import BENCHMARKS
from mcuq.mlperf.benchmarks import Benchmark
from mcuq.mlperf.image import mlperf_runner
from mcuq.mlperf.pulse import chosen_pulse
from mcuq_hil import load_board
from mcuq_hil.emulator.line import Line
from mcuq_hil.emulator.machine import Machine
from mcuq_hil.emulator.registers import RegisterFile
from mcuq_hil.emulator.spec import MachineSpec
from mcuq_hil.mlperf import MlperfDevice

BYTES = Benchmark("t", "a test", "ic01", 8, "u8", 8, scale=0.5, zero_point=2)


class Wire:
    """The host's end of a machine's line."""

    def __init__(self, host: socket.socket) -> None:
        self._host = host
        host.settimeout(60)

    @property
    def in_waiting(self) -> int:
        return 1

    def read(self, size: int = 1) -> bytes:
        return self._host.recv(size)

    def write(self, data: bytes) -> int:
        self._host.sendall(data)
        return len(data)


@pytest.fixture
def booted(
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Callable[..., tuple[MlperfDevice, list[str]]]]:
    """Boots an image in this process; what it says and what a pin does come in one list."""
    events: list[str] = []
    ends: list[Callable[[], None]] = []

    def boot(board: str, elf: Path, set_reset: int, pin: int) -> tuple[MlperfDevice, list[str]]:
        store, put = RegisterFile.write, Line.put

        def write(self: RegisterFile, address: int, size: int, value: int) -> None:
            store(self, address, size, value)
            if address == set_reset and value & (1 << pin | 1 << pin + 16):
                events.append("high" if value & 1 << pin else "low")

        def say(self: Line, byte: int) -> None:
            put(self, byte)
            if events and events[-1].startswith(" ") and byte != ord("\n"):
                events[-1] += chr(byte)
            elif byte != ord("\n"):
                events.append(" " + chr(byte))

        monkeypatch.setattr(RegisterFile, "write", write)
        monkeypatch.setattr(Line, "put", say)
        ours, theirs = socket.socketpair()
        machine = Machine(MachineSpec.of(load_board(board)), elf, Line(theirs))
        thread = threading.Thread(target=machine.run, daemon=True)
        thread.start()
        ends.append(lambda: (ours.close(), thread.join(20)))  # type: ignore[arg-type, func-returns-value]
        device = MlperfDevice(Wire(ours))
        device.answer("the start")
        return device, events

    yield boot
    for end in ends:
        end()


@pytest.mark.arm
@pytest.mark.parametrize(
    ("board", "name", "set_reset", "pin"),
    [
        ("stm32f746", "PI3", 0x4002_2018, 3),
        ("nucleo-g071rb", "PA8", 0x5000_0018, 8),
        ("stm32f103c8", "PB12", 0x4001_0C10, 12),
    ],
)
def test_a_pin_tells_when_inferences_begin_and_end(
    board: str,
    name: str,
    set_reset: int,
    pin: int,
    build_image: Callable[..., FirmwareImage],
    booted: Callable[..., tuple[MlperfDevice, list[str]]],
) -> None:
    pulse = chosen_pulse(load_board(board), BYTES, name)
    image = build_image("eights", board, runner=mlperf_runner(BYTES, pulse))
    device, events = booted(board, image.elf, set_reset, pin)
    said = "".join(each for each in events if each.startswith(" "))
    assert "m-timestamp-mode-energy" in said
    assert [each for each in events if not each.startswith(" ")] == ["high"]
    device.load(bytes(range(8)))
    events.clear()
    lines = device.ask("infer 2 1")
    assert not any(line.startswith("m-lap") for line in lines)
    assert any(line.startswith("m-results-[") for line in lines)
    before, *pulses, after = (each for each in events)
    assert pulses == ["low", "high", "low", "high"], "the monitor notes the falling ones"
    assert before.endswith("m-infer-start-2\r") and after.startswith(" m-infer-done\r")
    events.clear()
    assert device.ask("timestamp") == []
    assert events[:2] == ["low", "high"]


@pytest.mark.parametrize(
    ("board", "benchmark", "name", "told"),
    [
        ("stm32f746", "ic", "D7", "'D7' is not a pin name"),
        ("stm32f746", "ic", "PA9", "PA9 is the serial port's"),
        ("nrf52840-dk", "ic", "P0.06", "no driver for the pins of nrf52"),
        ("stm32f746", "sww", "PI3", "streaming wake word has no energy mode"),
    ],
)
def test_a_pin_that_cannot_tell_is_refused(
    board: str, benchmark: str, name: str, told: str
) -> None:
    with pytest.raises(UsageError, match=told) as refused:
        chosen_pulse(load_board(board), BENCHMARKS[benchmark], name)
    assert refused.value.hint and "\n" not in str(refused.value)
