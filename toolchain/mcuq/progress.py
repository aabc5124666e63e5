"""How long-running stages tell their caller where they are; the library itself never prints."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mcuq.findings import Finding, refuse


@dataclass(frozen=True)
class Progress:
    """One step of a stage.

    Attributes:
        stage: short name a user reads, such as "search" or "compile".
        done: units finished so far.
        total: units expected, or None where that is not known.
        note: best so far or what is being worked on, one short line.
        finding: something suspicious that the stage came across.
    """

    stage: str
    done: int = 0
    total: int | None = None
    note: str = ""
    finding: Finding | None = None


ProgressCallback = Callable[[Progress], None]
"""Called from the thread that does the work; must return quickly."""


def silent(_: Progress) -> None:
    """The callback of those who do not want to know."""


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
