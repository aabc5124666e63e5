"""TFLite Micro on the host, through the `tflite_micro` wheel: the oracle for equal bytes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from tflite_micro.python.tflite_micro import runtime


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
