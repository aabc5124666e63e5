"""Equal bytes: our own evaluation against TFLite Micro and against the device."""

from __future__ import annotations

import itertools
import multiprocessing
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor

import numpy as np
import numpy.typing as npt

from mcuq.tflite.micro import run_micro
from mcuq.workers import end_with_parent
from mcuq_hil import Session

Int8s = npt.NDArray[np.int8]
_PARALLEL_FROM = 256


def equal_in_tflm(
    flatbuffer: bytes, inputs: Sequence[Int8s], expected: Sequence[Int8s], workers: int
) -> bool:
    """Whether TFLite Micro gives `expected`, byte for byte, for every sample and output.

    Args:
        flatbuffer: the emitted model.
        inputs, expected: int8 (samples, …), one an input or output.
        workers: processes to spread the samples over.
    """
    samples = len(inputs[0])
    if workers < 2 or samples < _PARALLEL_FROM:
        return _equal_part(flatbuffer, inputs, expected)
    bounds = np.linspace(0, samples, workers + 1).astype(int)
    parts = [
        ([x[a:b] for x in inputs], [y[a:b] for y in expected])
        for a, b in itertools.pairwise(bounds)
    ]
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, context, end_with_parent) as pool:
        futures = [pool.submit(_equal_part, flatbuffer, x, y) for x, y in parts]
        return all(f.result() for f in futures)


def _equal_part(flatbuffer: bytes, inputs: Sequence[Int8s], expected: Sequence[Int8s]) -> bool:
    found = run_micro(flatbuffer, inputs, len(expected))
    return all(np.array_equal(f.reshape(e.shape), e) for f, e in zip(found, expected, strict=True))


def equal_on_device(session: Session, inputs: Sequence[Int8s], expected: Sequence[Int8s]) -> bool:
    """Whether the device gives `expected`, byte for byte, for every sample and output."""
    for sample in range(len(inputs[0])):
        found = session.run([x[sample].tobytes() for x in inputs])
        wanted = [y[sample].tobytes() for y in expected]
        if found != wanted:
            return False
    return True
