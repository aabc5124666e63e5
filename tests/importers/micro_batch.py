"""TensorFlow Lite Micro on many files, each in a process of its own: some of them kill it.

    python micro_batch.py FOLDER

Runs every FOLDER/*.tflite on values over the whole range of its inputs' types and writes those and
the outputs as they are to a .npz beside it; for a file that it refuses or dies of, none.
"""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import sys
from pathlib import Path

import numpy as np
import numpy.typing as npt
from tflite_micro.python.tflite_micro import runtime

SAMPLES = 4
_SECONDS = 10
_ARENA = 1 << 24


def run_file(path: Path) -> None:
    """One file; raises, aborts or hangs where the interpreter does."""
    interpreter = runtime.Interpreter.from_bytes(path.read_bytes(), arena_size=_ARENA)
    rng = np.random.default_rng(0)
    found: dict[str, list[npt.NDArray[np.generic]]] = {}
    for sample in range(SAMPLES):
        for index in range(_count(interpreter.get_input_details)):
            details = interpreter.get_input_details(index)
            values = _values(rng, np.dtype(details["dtype"]), tuple(details["shape"]), sample)
            interpreter.set_input(values, index)
            found.setdefault(f"input{index}", []).append(values)
        interpreter.invoke()
        for index in range(_count(interpreter.get_output_details)):
            output = np.array(interpreter.get_output(index))
            found.setdefault(f"output{index}", []).append(output)
    np.savez(path.with_suffix(".npz"), **{name: np.stack(v) for name, v in found.items()})


def _count(details: object) -> int:
    """How many inputs or outputs there are: the wheel only tells one by one."""
    number = 0
    with contextlib.suppress(Exception):
        while True:
            details(number)  # type: ignore[operator]
            number += 1
    return number


def _values(
    rng: np.random.Generator, dtype: np.dtype[np.generic], shape: tuple[int, ...], sample: int
) -> npt.NDArray[np.generic]:
    if dtype.kind not in "iu":
        return rng.normal(size=shape).astype(dtype)
    limits = np.iinfo(dtype)
    extreme = {1: limits.min, 2: limits.max}.get(sample)
    if extreme is not None:
        return np.full(shape, extreme, dtype)
    return rng.integers(limits.min, limits.max, shape, endpoint=True).astype(dtype)


def main(folder: Path) -> None:
    """A process for each file, forked from one that has imported everything."""
    for path in sorted(folder.glob("*.tflite")):
        child = os.fork()
        if child == 0:
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
            os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
            signal.alarm(_SECONDS)
            try:
                run_file(path)
            except BaseException:  # what the interpreter refuses is an answer, too
                os._exit(1)
            os._exit(0)
        os.waitpid(child, 0)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
