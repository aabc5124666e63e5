"""Models run by TensorFlow Lite Micro only to see whether they run, in a child process."""

from __future__ import annotations

import contextlib
import os
import re
from dataclasses import dataclass

import numpy as np

from mcuq.isolated import IsolatedError, call_isolated, progressed

_BEGUN = re.compile(r"^trial (\d+)$", re.MULTILINE)
_ARENA = 1 << 20


@dataclass(frozen=True)
class Trial:
    """A model of one operator and samples for its inputs."""

    content: bytes
    inputs: int


def any_runs(trials: list[Trial]) -> bool:
    """Whether one of them runs; those that take the child down are passed over."""
    while trials:
        try:
            return call_isolated(_first_running, trials)
        except IsolatedError as error:
            last = _BEGUN.findall(error.log)
            trials = trials[int(last[-1]) + 1 :] if last else []
    return False


def _first_running(trials: list[Trial]) -> bool:
    """In the child: tells on stderr which one it begins."""
    for number, trial in enumerate(trials):
        os.write(2, f"\ntrial {number}\n".encode())
        progressed()
        with contextlib.suppress(Exception):  # whatever the interpreter raises: it does not run
            return _run(trial.content, trial.inputs)
    return False


def interpreter_log(content: bytes) -> str:
    """What the interpreter says of a model that it does not take."""
    try:
        call_isolated(_run, content, 0)
    except IsolatedError as error:
        return error.log
    return ""


def _run(content: bytes, inputs: int) -> bool:
    """In the child."""
    from tflite_micro.python.tflite_micro import runtime

    interpreter = runtime.Interpreter.from_bytes(content, arena_size=_ARENA)
    for index in range(inputs):
        details = interpreter.get_input_details(index)
        interpreter.set_input(np.ones(details["shape"], details["dtype"]), index)
    interpreter.invoke()
    return True
