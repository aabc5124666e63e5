"""The host's side of MLPerf Tiny's serial protocol: commands end in '%', answers with m-ready.

Source: github.com/mlcommons/tiny, v1.3: benchmark/api says what a device answers, benchmark/runner
what is asked.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Protocol

from mcuq_hil.errors import HilError, LinkTimeoutError, RefusedError

COMMAND_END = b"%"
END = "m-ready"
"""The last line of every answer."""
_HEX_BYTES = 31
"""In one `db` command: what the benchmark's own parser has room for."""
_LAP = re.compile(r"m-lap-us-(\d+)")
_RESULTS = re.compile(r"m-results-\[([^\]]*)\]")
_NAME = re.compile(r"m-name-dut-\[([^\]]+)\]")
_MODEL = re.compile(r"m-model-\[([^\]]+)\]")
_FEATURES = re.compile(r"m-features-\[([^\]]+)\]")
_OUTPUTS = re.compile(r"m-activations-\[([^\]]+)\]")
_DETECTED = "m-[Wake word detected]"


class TextWire(Protocol):
    """What is needed of a serial port."""

    def read(self, size: int = 1) -> bytes: ...

    def write(self, data: bytes) -> int: ...

    @property
    def in_waiting(self) -> int: ...


@dataclass(frozen=True)
class Inferred:
    """What `infer` answered.

    Attributes:
        results: of the last inference.
        microseconds: between the two time stamps.
    """

    results: tuple[float, ...]
    microseconds: int


@dataclass(frozen=True)
class Heard:
    """What a step of sound was answered with.

    Attributes:
        features: of the newest row, as the model takes them.
        outputs: the model's integers.
        detected: whether the first of them is above the benchmark's threshold.
        microseconds: that features and inference took.
    """

    features: tuple[int, ...]
    outputs: tuple[int, ...]
    detected: bool
    microseconds: int


class MlperfDevice:
    """A device that speaks the protocol.

    Args:
        wire: its port, with a timeout: how long a line may take.
    """

    def __init__(self, wire: TextWire) -> None:
        self._wire = wire
        self._arrived = b""

    def ask(self, command: str) -> list[str]:
        """Lines of the answer, m-ready left out.

        Raises:
            LinkTimeoutError: a line did not come in time. RefusedError: one is an error.
        """
        self._wire.write(command.encode() + COMMAND_END)
        return self.answer(command)

    def told(self, command: str) -> list[str]:
        """The same, errors among them."""
        self._wire.write(command.encode() + COMMAND_END)
        return self._lines(command)

    def answer(self, command: str) -> list[str]:
        """The same of what was asked before; at the start it says m-ready by itself."""
        lines = self._lines(command)
        for line in lines:
            if line.startswith("e-"):
                raise RefusedError(f"{command!r} was answered with {line}", "see docs/mlperf.md")
        return lines

    def name(self) -> str:
        """Who it says it is."""
        return self._found(_NAME, "name")

    def model(self) -> str:
        """The benchmark, such as "ic01"."""
        return self._found(_MODEL, "profile")

    def load(self, data: bytes) -> None:
        """Send the bytes of one input."""
        self.ask(f"db load {len(data)}")
        for at in range(0, len(data), _HEX_BYTES):
            self.ask(f"db {data[at : at + _HEX_BYTES].hex()}")

    def infer(self, inferences: int, warmups: int) -> Inferred:
        """Time `inferences` of them after `warmups` that are not timed."""
        command = f"infer {inferences} {warmups}"
        told = "\n".join(self.ask(command))
        laps = [int(lap) for lap in _LAP.findall(told)]
        results = _RESULTS.search(told)
        if len(laps) != 2 or results is None:
            raise HilError(f"{command!r} was answered with {told!r}", "see docs/mlperf.md")
        values = tuple(float(value) for value in results[1].split(",") if value.strip())
        return Inferred(values, laps[1] - laps[0])

    def hear(self, step: bytes) -> Heard:
        """Send a step of sound, 512 samples of int16, and have it listened to."""
        command = "extract_uart_stream"
        self.load(step)
        lines = self.ask(command)
        told = "\n".join(lines)
        laps = [int(lap) for lap in _LAP.findall(told)]
        if len(laps) != 2:
            raise HilError(f"{command!r} was answered with {told!r}", "see docs/mlperf.md")
        rows, outputs = (
            tuple(int(each) for each in _sought(pattern, command, told).split(","))
            for pattern in (_FEATURES, _OUTPUTS)
        )
        return Heard(rows, outputs, _DETECTED in lines, laps[1] - laps[0])

    def _found(self, pattern: re.Pattern[str], command: str) -> str:
        return _sought(pattern, command, "\n".join(self.ask(command)))

    def _lines(self, command: str) -> list[str]:
        lines: list[str] = []
        while (line := self._line(command)) != END:
            lines.append(line)
        return lines

    def _line(self, command: str) -> str:
        while b"\n" not in self._arrived:
            data = self._wire.read(max(1, self._wire.in_waiting))
            if not data:
                raise LinkTimeoutError(f"no answer to {command!r}", "reset the board")
            self._arrived += data
        line, _, self._arrived = self._arrived.partition(b"\n")
        return line.decode(errors="replace").strip("\r\0")


def _sought(pattern: re.Pattern[str], command: str, told: str) -> str:
    match = pattern.search(told)
    if match is None:
        raise HilError(f"{command!r} was answered with {told!r}", "see docs/mlperf.md")
    return match[1]
