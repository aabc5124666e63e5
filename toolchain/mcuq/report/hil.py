"""What the bench found, as `mcuq hil … --json` writes it."""

from __future__ import annotations

from dataclasses import dataclass

from mcuq.document import Document
from mcuq_hil.farm import Place
from mcuq_hil.farm.measuring import StoredCounts
from mcuq_hil.session import Unit


@dataclass(frozen=True)
class PluggedPort:
    """A USB serial port that is plugged in.

    Attributes:
        device: its path or name.
        usb: "vid:pid", lower-case hex.
        serial_number: of the USB device; may be empty.
        could_be: names of boards whose probe has these ids.
    """

    device: str
    usb: str
    serial_number: str
    could_be: tuple[str, ...]


@dataclass(frozen=True)
class Bench:
    """Places and ports.

    Attributes:
        places: of the farm file; empty without one.
        ports: plugged in here.
    """

    places: tuple[Place, ...]
    ports: tuple[PluggedPort, ...]


@dataclass(frozen=True)
class PlaceCheck:
    """The self-test at one place: what it counted, or why it failed.

    Attributes:
        place: name in the farm.
        board: its kind.
        ok: whether the self-test passed; without it the next four are null.
        count: of one run of the self-test.
        unit: of `count`.
        stack_used: bytes.
        stack_reserved: bytes.
        error: kind of failure; null, with the next two, where it passed.
        cause: what went wrong, one line.
        hint: what to do about it, one line.
    """

    place: str
    board: str
    ok: bool
    count: int | None = None
    unit: Unit | None = None
    stack_used: int | None = None
    stack_reserved: int | None = None
    error: str | None = None
    cause: str | None = None
    hint: str | None = None


@dataclass(frozen=True)
class ImageRun:
    """An image on int8 samples.

    Attributes:
        samples: how many were run.
        unit: of the counts: "instructions" from an emulator, "cycles" from hardware.
        counts: of one inference, a number a sample.
    """

    samples: int
    unit: Unit
    counts: tuple[int, ...]


@dataclass(frozen=True)
class SoakError:
    """Something that went wrong in a soak.

    Attributes:
        place: where.
        cause: what, one line.
    """

    place: str
    cause: str


@dataclass(frozen=True)
class Soaked:
    """A farm left at work for long.

    Attributes:
        seconds: how long it took.
        rounds: place → rounds, each an echo and an inference, both compared.
        errors: as they happened.
    """

    seconds: float
    rounds: dict[str, int]
    errors: tuple[SoakError, ...]


BENCH = Document(
    "hil-list", Bench, "places of the farm, and ports that are plugged in", "`mcuq hil list --json`"
)
CHECKS = Document(
    "hil-check",
    tuple[PlaceCheck, ...],
    "the self-test at every place",
    "`mcuq hil check --json`",
    marked="entries",
)
RUN = Document("hil-run", ImageRun, "an image on int8 samples: counts", "`mcuq hil run --json`")
SOAK = Document("hil-soak", Soaked, "a farm left at work for long", "`mcuq hil soak --json`")
COUNTS = Document(
    "counts",
    StoredCounts,
    "the counts of an image that a farm has run",
    "the cache of `--hil`, `$XDG_CACHE_HOME/mcuq/counts`",
    version=2,
    marked="nowhere",
)
