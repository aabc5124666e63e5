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
        folder: below firmware/, whose C files stand in the place of the bench's; None: the bench's.
        written: further C files, name → text.
    """

    folder: str | None = None
    written: Mapping[str, str] = field(default_factory=dict)

    def sources(self) -> list[Path]:
        """The runtime's C files, and this runner's; those of `written` are not among them."""
        found = sorted((firmware_dir() / "runtime").glob("*.c"))
        if self.folder is None:
            return found
        shared = [path for path in found if path.name not in _BENCH]
        return shared + sorted((firmware_dir() / self.folder).glob("*.c"))

    def includes(self) -> tuple[Path, ...]:
        """Where its headers lie, the runtime's apart."""
        return () if self.folder is None else (firmware_dir() / self.folder,)


BENCH = Runner()
"""mcuq_hil's own, which every build is verified through."""
