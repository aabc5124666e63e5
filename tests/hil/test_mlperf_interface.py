"""The stand-in of MLPerf Tiny's interface board: what its runner asks, and what it makes of it."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
import pytest
import serial

from mcuq_hil.emulator.bridge import answering_pty
from mcuq_hil.mlperf import COMMAND_END, MlperfDevice
from mcuq_hil.mlperf_interface import STEP_SAMPLES, InterfaceBoard, read_sound

STEP_MS = 32


class Listener:
    """A device's wire: it takes `microseconds` a step and hears the wake word in loud ones."""

    def __init__(self, microseconds: int) -> None:
        self._microseconds = microseconds
        self._answers = b""
        self._data = b""
        self._clock = 0
        self.asked: list[str] = []

    @property
    def in_waiting(self) -> int:
        return len(self._answers)

    def read(self, size: int = 1) -> bytes:
        told, self._answers = self._answers[:size], self._answers[size:]
        return told

    def write(self, data: bytes) -> int:
        command = data.decode().removesuffix("%")
        self.asked.append(command)
        word, *rest = command.split()
        lines = []
        if word == "db":
            self._data = b"" if rest[0] == "load" else self._data + bytes.fromhex(rest[0])
        elif word == "extract_uart_stream":
            assert len(self._data) == 2 * STEP_SAMPLES
            lines.append(f"m-lap-us-{self._clock}")
            self._clock += self._microseconds
            lines += [f"m-lap-us-{self._clock}", "m-features-[1, 2]", "m-activations-[3, 4, 5]"]
            if int.from_bytes(self._data[:2], "little", signed=True) > 1000:
                lines.append("m-[Wake word detected]")
        elif word == "bad":
            lines.append("e-[Unknown command: bad]")
        self._answers += "".join(f"{line}\r\n" for line in [*lines, "m-ready"]).encode()
        return len(data)


def write_sound(
    path: Path, loud: set[int], steps: int, channels: int = 2, hertz: int = 16000
) -> None:
    """A sound of which the given steps are loud on the left; the right is loud throughout."""
    left = np.repeat([9000 if step in loud else 10 for step in range(steps)], STEP_SAMPLES)
    both = np.stack([left, np.full_like(left, 20000)], axis=1)[:, :channels].astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(hertz)
        file.writeframes(both.tobytes())


@pytest.mark.parametrize("channels", [1, 2])
def test_times_are_of_the_sound(channels: int, tmp_path: Path) -> None:
    write_sound(tmp_path / "a.wav", {5, 6, 20}, 24, channels)
    board = InterfaceBoard(MlperfDevice(Listener(8_000)), tmp_path)
    for _ in range(2):  # a second run forgets the first one
        assert list(board.answer("record_detections")) == ["Now recording detections", "m-ready"]
        *_, last, ready = board.answer("play a.wav")
        assert (last, ready) == ("succeeded.", "m-ready")
        title, *times, ready = board.answer("print_detections")
        assert (title, ready) == ("Detection Timestamps (ms)", "m-ready")
        expected = [(step + 1) * STEP_MS + 8 for step in (0, 5, 6, 20)]
        assert [int(time.strip(",")) for time in times] == expected, "the first marks the begin"
        lines = list(board.answer("print_dutycycle"))
        stops = lines.index("Duty cycle stop times (s)")
        begins = [int(each) for line in lines[1:stops] for each in line.split(",") if each.strip()]
        assert begins == [(step + 1) * STEP_MS * 100 for step in range(24)], "in 10 us"
        ends = [
            int(each) for line in lines[stops + 1 : -1] for each in line.split(",") if each.strip()
        ]
        assert ends == [begin + 800 for begin in begins]


def test_a_device_that_is_too_slow_falls_behind(tmp_path: Path) -> None:
    write_sound(tmp_path / "a.wav", set(), 4)
    board = InterfaceBoard(MlperfDevice(Listener(40_000)), tmp_path)
    list(board.answer("play a.wav"))
    begins = list(board.answer("print_dutycycle"))[1]
    assert [int(each) for each in begins.split(",") if each.strip()] == [3200, 7200, 11200, 15200]


def test_commands_pass_through_to_the_device(tmp_path: Path) -> None:
    wire = Listener(1)
    board = InterfaceBoard(MlperfDevice(wire), tmp_path)
    told = ["m-dut-passthrough(bad x)", "m-ready", "[dut]: e-[Unknown command: bad]"]
    assert list(board.answer("dut bad x")) == [*told, "[dut]: m-ready"]
    assert wire.asked == ["bad x"]
    assert list(board.answer("setbaud 9600")) == ["set baud to: 9600", "m-ready"]
    assert list(board.answer("what"))[-1] == "m-ready"


@pytest.mark.parametrize("name", ["absent.wav", "text.wav", "../a.wav", "slow.wav", ""])
def test_what_cannot_be_played_is_said(name: str, tmp_path: Path) -> None:
    sounds = tmp_path / "sounds"
    sounds.mkdir()
    write_sound(tmp_path / "a.wav", set(), 2)
    write_sound(sounds / "slow.wav", set(), 2, hertz=8000)
    (sounds / "text.wav").write_text("RIFF")
    board = InterfaceBoard(MlperfDevice(Listener(1)), sounds)
    lines = list(board.answer(f"play {name}"))
    assert lines[1].startswith("Error playing file") and lines[-1] == "m-ready"


def test_the_first_channel_is_heard(tmp_path: Path) -> None:
    write_sound(tmp_path / "a.wav", {1}, 3)
    samples = np.frombuffer(read_sound(tmp_path, "a.wav"), "<i2")
    assert samples.tolist() == [10] * 512 + [9000] * 512 + [10] * 512


def test_it_answers_on_a_terminal(tmp_path: Path) -> None:
    board = InterfaceBoard(MlperfDevice(Listener(1)), tmp_path)
    with answering_pty(COMMAND_END, board.answer) as name:
        for _ in range(2):
            with serial.Serial(name, 115200, timeout=30) as port:
                port.write(b"name%set")
                port.write(b"baud 1%")
                lines = [port.readline() for _ in range(4)]
        assert lines == [
            b"tinyML Enhanced Interface Board\r\n",
            b"m-ready\r\n",
            b"set baud to: 1\r\n",
            b"m-ready\r\n",
        ]
    assert not Path(name).exists()
