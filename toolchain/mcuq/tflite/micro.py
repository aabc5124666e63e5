"""TFLite Micro on the host, through the `tflite_micro` wheel: the oracle for equal bytes.

It runs in a child process (`mcuq.isolated`): a model that makes it abort, divide by zero or loop
for ever ends with a typed error.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from mcuq.errors import InputError
from mcuq.isolated import IsolatedError, call_isolated, progressed
from mcuq.tflite.excerpt import first_operators, keeps_state, operator_names
from mcuq.tflite.quiet import native_log_of
from mcuq.tflite.wheel import check_oracle

Value = TypeVar("Value")
_ARENA = re.compile(r"Arena allocation total (\d+) bytes")
_NO_ROOM = re.compile(r"available|too small|Failed to allocate")
_UNKNOWN_OP = re.compile(r"Didn't find op for builtin opcode '(\w+)'")
_FIRST_ARENA = 1 << 20
_LARGEST_ARENA = 1 << 30
"""Bytes; more than any host needs for a model that a microcontroller holds."""
_LONGEST = 300
"""Characters of the native log that an error repeats."""


def run_micro(
    flatbuffer: bytes, inputs: Sequence[npt.NDArray[Any]], outputs: int = 1
) -> list[npt.NDArray[Any]]:
    """Outputs of a quantized model for samples, one at a time.

    Args:
        flatbuffer: a model of batch 1.
        inputs: stored values (samples, …), one array a model input, of its type; of a model with
            variables (samples, steps, …): an interpreter of its own runs each sample's steps.
        outputs: how many the model has.

    Returns:
        Stored values (samples, …) or (samples, steps, …), one array a model output.

    Raises:
        InputError: TFLite Micro does not take the model, or does not survive it.
    """
    try:
        return _with_arena(flatbuffer, _outputs, list(inputs), outputs)
    except IsolatedError as error:
        culprit = _culprit(flatbuffer, list(inputs)) if error.crashed else ""
        raise _refusal(error, culprit) from error


def arena_bytes(flatbuffer: bytes) -> int:
    """The arena that TFLite Micro allocates on this host, in bytes.

    An upper bound for a device: pointers take eight bytes here, and the reference kernels unpack
    int4 filters into the arena. The interpreter tells it on its log only, so that is read.

    Raises:
        InputError: TFLite Micro does not take the model.
    """
    try:
        found = _ARENA.search(_with_arena(flatbuffer, _allocations))
    except IsolatedError as error:
        raise _refusal(error) from error
    if found is None:
        raise InputError(
            "this TFLite Micro does not tell its arena size",
            "install the tflite-micro that mcuq asks for",
        )
    return int(found[1])


def _with_arena(flatbuffer: bytes, function: Callable[..., Value], *arguments: object) -> Value:
    """`function(flatbuffer, arena size, *arguments)` in the child, with an arena that suffices.

    What a model needs beyond its tensors is known to the kernels alone; pages of an arena that
    nobody touches cost nothing.

    Raises:
        IsolatedError: the child could not do it. NoOracleError: there is no TFLite Micro.
    """
    check_oracle()
    size = max(_FIRST_ARENA, 10 * len(flatbuffer))
    while True:
        try:
            return call_isolated(function, flatbuffer, size, *arguments)
        except IsolatedError as failure:
            if size >= _LARGEST_ARENA or not _NO_ROOM.search(failure.log):
                raise
            size = min(4 * size, _LARGEST_ARENA)


def _culprit(flatbuffer: bytes, inputs: list[npt.NDArray[Any]]) -> str:
    """The operator that TFLite Micro crashes in, in words.

    The model is cut behind each operator in question: it crashes from that one on.
    """
    kinds = operator_names(flatbuffer)
    runs, crashes = 0, len(kinds)
    while crashes - runs > 1:
        middle = (runs + crashes) // 2
        try:
            _with_arena(first_operators(flatbuffer, middle), _outputs, inputs, 1)
            runs = middle
        except IsolatedError:
            crashes = middle
    return f" in {kinds[crashes - 1]}"


def _refusal(failure: IsolatedError, place: str = "") -> InputError:
    unknown = _UNKNOWN_OP.search(failure.log)
    if unknown is not None:
        return InputError(
            f"TFLite Micro has no operator {unknown[1]}",
            "replace the layer by one that TensorFlow Lite Micro runs",
        )
    log = "; ".join(line.strip() for line in failure.log.splitlines() if line.strip())
    told = f" ({log[:_LONGEST]})" if log else ""
    return InputError(
        f"TFLite Micro does not run the model: {failure.reason}{place}{told}",
        "a device with TensorFlow Lite Micro would stop there, too: change the layer it names, "
        "or convert the model again",
    )


def _interpreter(flatbuffer: bytes, size: int) -> Any:
    from tflite_micro.python.tflite_micro import runtime

    return runtime.Interpreter.from_bytes(flatbuffer, arena_size=size)


def _outputs(
    flatbuffer: bytes, size: int, inputs: list[npt.NDArray[Any]], outputs: int
) -> list[npt.NDArray[Any]]:
    """In the child: as `run_micro`."""
    if keeps_state(flatbuffer):
        parts = [_run(flatbuffer, size, [x[i] for x in inputs], outputs) for i in _each(inputs)]
        return [np.stack(found) for found in zip(*parts, strict=True)]
    return _run(flatbuffer, size, inputs, outputs)


def _each(inputs: list[npt.NDArray[Any]]) -> range:
    return range(len(inputs[0]))


def _run(
    flatbuffer: bytes, size: int, inputs: list[npt.NDArray[Any]], outputs: int
) -> list[npt.NDArray[Any]]:
    """All samples, one after the other, in one interpreter."""
    interpreter = _interpreter(flatbuffer, size)
    shapes = [tuple(interpreter.get_input_details(i)["shape"]) for i in range(len(inputs))]
    results: list[list[npt.NDArray[Any]]] = [[] for _ in range(outputs)]
    for sample in _each(inputs):
        progressed()
        for index, (values, shape) in enumerate(zip(inputs, shapes, strict=True)):
            interpreter.set_input(values[sample].reshape(shape), index)
        interpreter.invoke()
        for index, found in enumerate(results):
            found.append(interpreter.get_output(index).copy())
    return [np.stack(found) for found in results]


def _allocations(flatbuffer: bytes, size: int) -> str:
    """In the child: what the interpreter says of its memory."""
    return native_log_of(_interpreter(flatbuffer, size).print_allocations)
