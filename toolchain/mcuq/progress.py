"""How long-running stages tell their caller where they are; the library itself never prints."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from mcuq.findings import Finding, refuse


@dataclass(frozen=True)
class Scored:
    """A configuration that a search has scored.

    Attributes:
        flash, ram, weight_bytes: what it takes, in bytes.
        loss: lower is better.
        fits: whether it keeps the budget.
    """

    flash: int
    ram: int
    weight_bytes: int
    loss: float
    fits: bool


@dataclass(frozen=True)
class SearchSoFar:
    """What a search that goes on has found.

    Attributes:
        curve: (configurations scored, best fitting loss) at each improvement.
        front: configurations that nothing else beats, cheapest in flash first.
    """

    curve: tuple[tuple[int, float], ...]
    front: tuple[Scored, ...]


@dataclass(frozen=True)
class Progress:
    """One step of a stage.

    Attributes:
        stage: short name a user reads, such as "search" or "compile".
        done: units finished so far.
        total: units expected, or None where that is not known.
        note: best so far or what is being worked on, one short line.
        finding: something suspicious that the stage came across.
        so_far: of a search: tells what it has found, to be called at once; it takes some time.
    """

    stage: str
    done: int = 0
    total: int | None = None
    note: str = ""
    finding: Finding | None = None
    so_far: Callable[[], SearchSoFar] | None = field(default=None, compare=False)


ProgressCallback = Callable[[Progress], None]
"""Called from the thread that does the work; must return quickly."""


def silent(_: Progress) -> None:
    """The callback of those who do not want to know."""


_SECONDS = 30.0
"""Between two lines of a stage that goes on: a log stays short, and nobody takes it for dead."""


class StageLines:
    """A callback that says where a build is, for a log: a line when a stage begins, one when it is
    done, and one every half minute of a long one.

    Args:
        write: takes a line, without its end.
    """

    def __init__(self, write: Callable[[str], object]) -> None:
        self._write = write
        self._last: Progress | None = None
        self._is_written = True
        self._time = 0.0

    def __call__(self, progress: Progress) -> None:
        last = self._last
        is_new = last is None or (last.stage, last.total) != (progress.stage, progress.total)
        if is_new and last is not None and not self._is_written:
            self._put(last)
        is_new |= progress.total is None and last is not None and last.note != progress.note
        is_due = progress.done == progress.total or time.monotonic() - self._time >= _SECONDS
        self._last, self._is_written = progress, False
        if is_new or (is_due and progress != last):
            self._put(progress)

    def _put(self, progress: Progress) -> None:
        self._is_written, self._time = True, time.monotonic()
        count = "" if progress.total is None else f"({progress.done} of {progress.total})"
        told = " ".join(part for part in (progress.note, count) if part)
        self._write(f"{progress.stage}: {told}" if told else progress.stage)


def announce(
    stage: str, findings: Sequence[Finding], progress: ProgressCallback, *, strict: bool
) -> tuple[Finding, ...]:
    """Tell what a stage found suspicious; the findings, to be kept with the result.

    Raises:
        InputError: `strict`, and there is a finding.
    """
    for finding in findings:
        progress(Progress(stage, finding=finding))
    if strict:
        refuse(findings)
    return tuple(findings)
