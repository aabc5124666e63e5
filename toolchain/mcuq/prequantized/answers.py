"""What a `.tflite` that mcuq wrote answers, also where there is no TensorFlow Lite Micro to ask."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy.typing as npt

from mcuq.errors import InputError
from mcuq.interpret.integer import run_integer
from mcuq.prequantized.load import load_quantized
from mcuq.tflite.micro import run_micro
from mcuq.tflite.wheel import NoOracleError, has_oracle


def answers(
    flatbuffer: bytes, inputs: Sequence[npt.NDArray[Any]], outputs: int
) -> list[npt.NDArray[Any]]:
    """Outputs of samples, by TFLite Micro; where that is not available, by our own evaluation,
    which every build that compares has found equal to it.

    Args:
        flatbuffer, inputs, outputs: as `run_micro` takes them.

    Returns:
        As `run_micro`.

    Raises:
        InputError: TFLite Micro does not run the model. NoOracleError: there is none, and the model
            computes with reals, too.
    """
    if has_oracle():
        return run_micro(flatbuffer, inputs, outputs)
    try:
        qgraph = load_quantized(flatbuffer)
    except InputError as error:
        raise NoOracleError from error
    states = 2 if qgraph.states else 1
    given = [
        values.reshape(*values.shape[:states], *qgraph.tensors[name].shape[1:])
        for name, values in zip(qgraph.inputs, inputs, strict=True)
    ]
    found = run_integer(qgraph, given)
    return [found[name] for name in qgraph.outputs]
