"""What of an image answers on the serial port, and the C files that make it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from mcuq.resources import firmware_dir

_BENCH = ("mcuq_link.c", "mcuq_runner.c")
"""Of the runtime: the serial protocol of mcuq_hil."""


@dataclass(frozen=True)
class Runner:
    """What defines `mcuq_runner_start` and `mcuq_runner_feed`.

    Attributes:
        folders: below firmware/, whose C files stand in the bench's place; none: the bench's.
        written: further C files, name → text.
    """

    folders: tuple[str, ...] = ()
    written: Mapping[str, str] = field(default_factory=dict)

    def sources(self) -> list[Path]:
        """The runtime's C files, and this runner's; those of `written` are not among them."""
        found = sorted((firmware_dir() / "runtime").glob("*.c"))
        if not self.folders:
            return found
        shared = [path for path in found if path.name not in _BENCH]
        return shared + [path for place in self.includes() for path in sorted(place.glob("*.c"))]

    def includes(self) -> tuple[Path, ...]:
        """Where its headers lie, the runtime's apart."""
        return tuple(firmware_dir() / folder for folder in self.folders)


BENCH = Runner()
"""mcuq_hil's own, which every build is verified through."""
