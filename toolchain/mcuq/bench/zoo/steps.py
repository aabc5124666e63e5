"""The steps on one file, in a child that is bounded: what it does wrong becomes a value."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from mcuq.bench.zoo.attempt import ModelJob, attempt
from mcuq.bench.zoo.record import Outcome, Step, Tried
from mcuq.isolated import Confined, End, IsolatedError

_ENDS: dict[End, tuple[Outcome, str]] = {
    End.RAISED: ("crashed", "internal error"),
    End.CRASHED: ("crashed", "the process died"),
    End.LATE: ("timeout", "it does not come back"),
    End.MEMORY: ("memory", "it asks for too much memory"),
}


def _never() -> bool:
    return False


def try_steps(
    child: Confined,
    steps: Sequence[Step],
    job: ModelJob,
    is_stopped: Callable[[], bool] = _never,
) -> tuple[Tried, ...]:
    """One after the other; a file that is not read is left out of the rest.

    Raises:
        KeyboardInterrupt: `is_stopped`, asked before each step.
    """
    tried: list[Tried] = []
    for step in steps:
        if is_stopped():
            raise KeyboardInterrupt
        if tried and tried[0].step == "inspect" and tried[0].outcome != "read":
            tried.append(Tried(step, "left out", "the file is not read"))
        else:
            tried.append(_tried(child, step, job))
    return tuple(tried)


def _tried(child: Confined, step: Step, job: ModelJob) -> Tried:
    try:
        return child.call(attempt, step, job)
    except IsolatedError as error:
        outcome, reason = _ENDS[error.end]
        last = [line.strip() for line in error.log.splitlines() if line.strip()][-1:]
        said = f" ({last[0][:200]})" if last else ""
        hint = "more --seconds or --memory, or a smaller model"
        if outcome == "crashed":
            hint = "this is a defect of mcuq: please report it with the model"
        return Tried(step, outcome, reason, f"{error.reason}{said}", hint)
