"""TFLite Micro on the host, through the `tflite_micro` wheel: the oracle for equal bytes."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from tflite_micro.python.tflite_micro import runtime

from mcuq.errors import InputError
from mcuq.tflite.quiet import native_log_of

_ARENA = re.compile(r"Arena allocation total (\d+) bytes")


def run_micro(
    flatbuffer: bytes, inputs: Sequence[npt.NDArray[np.int8]], outputs: int = 1
) -> list[npt.NDArray[np.int8]]:
    """Outputs of an int8 model for samples, one at a time.

    Args:
        flatbuffer: a model of batch 1.
        inputs: int8 (samples, …), one a model input.
        outputs: how many the model has.

    Returns:
        int8 (samples, …), one a model output.
    """
    interpreter = runtime.Interpreter.from_bytes(flatbuffer)
    shapes = [tuple(interpreter.get_input_details(i)["shape"]) for i in range(len(inputs))]
    results: list[list[npt.NDArray[np.int8]]] = [[] for _ in range(outputs)]
    for sample in range(len(inputs[0])):
        for index, (values, shape) in enumerate(zip(inputs, shapes, strict=True)):
            interpreter.set_input(values[sample].reshape(shape), index)
        interpreter.invoke()
        for index, found in enumerate(results):
            found.append(interpreter.get_output(index).copy())
    return [np.stack(found) for found in results]


def arena_bytes(flatbuffer: bytes) -> int:
    """The arena that TFLite Micro allocates on this host, in bytes.

    An upper bound for a device: pointers take eight bytes here, and the reference kernels unpack
    int4 filters into the arena. The interpreter tells it on its log only, so that is read.

    Raises:
        InputError: an operator of the model is not known to it.
    """
    try:
        interpreter = runtime.Interpreter.from_bytes(flatbuffer)
    except RuntimeError as error:
        raise InputError(
            f"TFLite Micro does not accept the model: {error}",
            "see which of its operators TFLite Micro has",
        ) from error
    found = _ARENA.search(native_log_of(interpreter.print_allocations))
    if found is None:
        raise InputError(
            "this TFLite Micro does not tell its arena size",
            "install the tflite-micro that mcuq asks for",
        )
    return int(found[1])
