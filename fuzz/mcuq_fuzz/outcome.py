"""What one execution came to: accepted, refused in one typed line, or something nobody planned."""

from __future__ import annotations

import resource
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from mcuq.errors import McuqError
from mcuq_hil.errors import HilError

MOST_SECONDS = 5.0
"""Of processor time, for one input: what a busy machine does not lengthen."""
MOST_BYTES = 2 << 30
"""Of resident memory, in one process."""
_CLEAR = Path("/proc/self/clear_refs")
_RESET_PEAK = "5"


@dataclass(frozen=True)
class Outcome:
    """Of one input.

    Attributes:
        accepted: whether it was read.
        fault: what is wrong with how it ended, by which equal faults are counted together; empty
            where it was read or refused as it should be.
        detail: for whoever mends it.
        seconds: of processor time.
    """

    accepted: bool = False
    fault: str = ""
    detail: str = ""
    seconds: float = 0.0


def outcome(execute: Callable[[bytes], object], data: bytes) -> Outcome:
    """Run a reader on one input and judge what it does."""
    begin = time.process_time()
    accepted, fault, detail = False, "", ""
    try:
        execute(data)
        accepted = True
    except (McuqError, HilError) as error:
        fault = untidy(error)
        detail = repr(str(error)[:500])
    except Exception as error:
        fault = f"{type(error).__name__} at {_place(error)}"
        detail = "".join(traceback.format_exception(error))
    seconds = time.process_time() - begin
    if not fault and seconds > MOST_SECONDS:
        fault = "more than 5 s"
    if not fault and peak_bytes() > MOST_BYTES:
        fault = "more than 2 GB"
        reset_peak()
    return Outcome(accepted, fault, detail, seconds)


def untidy(error: McuqError | HilError) -> str:
    """What a typed error lacks: it is one line that says what to do."""
    if not error.hint:
        return f"{type(error).__name__} at {_place(error)} without a remedy"
    if len(str(error).splitlines()) > 1:
        return f"{type(error).__name__} at {_place(error)} of several lines"
    return ""


def peak_bytes() -> int:
    """Most resident memory since the last `reset_peak`."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def reset_peak() -> None:
    if _CLEAR.exists():
        _CLEAR.write_text(_RESET_PEAK)


def _place(error: BaseException) -> str:
    """The innermost line of ours."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [f for f in frames if "/mcuq/" in f.filename or "/mcuq_hil/" in f.filename]
    last = (ours or list(frames))[-1]
    return f"{Path(last.filename).name}:{last.name}"
