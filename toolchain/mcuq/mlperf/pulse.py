"""The pin that tells a power monitor when inferences begin and end: MLPerf Tiny's energy mode."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import ValidationError

from mcuq.errors import UsageError
from mcuq.mlperf.benchmarks import Benchmark
from mcuq.resources import firmware_dir
from mcuq_hil.boards import Board, Pin

_DRIVERS = "ports/pulse"


@dataclass(frozen=True)
class Pulse:
    """Attributes:
    pin: which.
    driver: folder below firmware/ with the C file that drives it.
    """

    pin: Pin
    driver: str

    def text(self) -> str:
        """Of mcuq_pulse_pin.c."""
        return (
            f'/* {self.pin.pin} */\n#include "mcuq_pulse.h"\n\n'
            f"const uint32_t mcuq_pulse_port = {self.pin.port};\n"
            f"const uint32_t mcuq_pulse_pin = {self.pin.number};\n"
        )


def chosen_pulse(board: Board, benchmark: Benchmark, name: str) -> Pulse:
    """The pin of that name.

    Raises:
        UsageError: it is none, is the serial port's, or nothing here drives pins of this family;
            or the benchmark hears sound, which only an interface board brings in time.
    """
    if benchmark.listens:
        raise UsageError(
            f"{benchmark.title} has no energy mode here: its sound would have to come over I2S",
            "measure its inferences without --energy",
        )
    drivers = sorted(path.name for path in (firmware_dir() / _DRIVERS).iterdir())
    driver = next((each for each in drivers if board.port.startswith(each)), None)
    if driver is None:
        raise UsageError(
            f"--energy: mcuq has no driver for the pins of {board.port} ({board.name})",
            f"choose a board of {', '.join(drivers)}, or add firmware/{_DRIVERS}/{board.port}",
        )
    try:
        pin = Pin(pin=name)
    except ValidationError as error:
        raise UsageError(
            f"--energy: {error.errors()[0]['msg']}", "name a pin of the board's header"
        ) from None
    if name in {each.pin for each in (board.uart.tx, board.uart.rx) if each is not None}:
        raise UsageError(f"--energy: {name} is the serial port's", "name another pin")
    return Pulse(pin, f"{_DRIVERS}/{driver}")
