"""Equal bytes: our own evaluation against TFLite Micro and against the device."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import numpy.typing as npt

from mcuq.pipeline.settings import SAMPLES
from mcuq.tflite.micro import run_micro
from mcuq.tflite.wheel import has_oracle
from mcuq_hil import Session

Stored = npt.NDArray[Any]


def equal_in_tflm(
    flatbuffer: bytes, inputs: Sequence[Stored], expected: Sequence[Stored], workers: int
) -> bool | None:
    """Whether TFLite Micro gives `expected`, byte for byte, for every sample and output.

    None where it is not available.

    Args:
        flatbuffer: the emitted model.
        inputs, expected: stored values (samples, …), one array an input or output.
        workers: how many run at once; each has its own process.

    Raises:
        InputError: TFLite Micro does not run the model.
    """
    if not has_oracle():
        return None
    samples = len(inputs[0])
    workers = min(workers, samples // SAMPLES.verified_together + 1)
    bounds = np.linspace(0, samples, workers + 1).astype(int)
    parts = [
        ([x[a:b] for x in inputs], [y[a:b] for y in expected])
        for a, b in itertools.pairwise(bounds)
    ]
    if len(parts) == 1:
        return _equal_part(flatbuffer, *parts[0])
    with ThreadPoolExecutor(workers) as pool:
        return all([*pool.map(lambda part: _equal_part(flatbuffer, *part), parts)])


def _equal_part(flatbuffer: bytes, inputs: Sequence[Stored], expected: Sequence[Stored]) -> bool:
    found = run_micro(flatbuffer, inputs, len(expected))
    return all(np.array_equal(f.reshape(e.shape), e) for f, e in zip(found, expected, strict=True))


def equal_on_device(
    session: Session,
    inputs: Sequence[Stored],
    expected: Sequence[Stored],
    *,
    sequences: bool = False,
) -> bool:
    """Whether the device gives `expected`, byte for byte, for every sample and output.

    Args:
        sequences: a sample is a sequence of steps, (samples, steps, …), each from initial states.
    """
    for sample in range(len(inputs[0])):
        given, wanted = ([x[sample] for x in end] for end in (inputs, expected))
        if sequences:
            session.begin()
        steps = [*zip(*given, strict=True)] if sequences else [given]
        results = [*zip(*wanted, strict=True)] if sequences else [wanted]
        for step, result in zip(steps, results, strict=True):
            if session.run([x.tobytes() for x in step]) != [y.tobytes() for y in result]:
                return False
    return True
