"""Changed files: what is read computes as TensorFlow Lite Micro does, everything else is refused.

The witness is TensorFlow Lite Micro on the changed file itself.
"""

from __future__ import annotations

import random
import subprocess
import sys
from functools import cache
from pathlib import Path

import micro_batch
import numpy as np
import numpy.typing as npt
import pytest
from float_cases import random_inputs
from integer_cases import random_case
from test_tflite_damage import network
from tflite_mutants import mutant

from mcuq.calibrate import calibrate
from mcuq.emit.tflite import tflite_bytes
from mcuq.errors import InputError
from mcuq.evaluate.integer import run_integer
from mcuq.frontends import load_tflite
from mcuq.graph import FLOAT_KINDS
from mcuq.quantize import QuantizedGraph, quantize
from mcuq.quantize.stored import load_quantized

FILES = 900


@cache
def _originals() -> tuple[bytes, ...]:
    graph = load_tflite(network())
    whole = tflite_bytes(quantize(graph, calibrate(graph, random_inputs(graph, 1))))
    rng = np.random.default_rng(4)
    single = (random_case(kind, rng) for kind in FLOAT_KINDS)
    return (whole, *(tflite_bytes(quantize(case.graph, case.ranges)) for case in single))


def _read(content: bytes) -> QuantizedGraph | None:
    try:
        return load_quantized(content)
    except InputError as error:
        assert "\n" not in str(error)
        return None


def _signed(values: npt.NDArray[np.generic]) -> npt.NDArray[np.generic]:
    """uint8 values as the int8 ones of the same real numbers."""
    if values.dtype != np.uint8:
        return values
    return (values.astype(np.int16) - 128).astype(np.int8)


def _as_given(qgraph: QuantizedGraph, name: str, values: npt.NDArray[np.generic]) -> object:
    shape = qgraph.tensors[name].shape
    return _signed(values).reshape(len(values), *(shape[1:] if shape[:1] == (1,) else shape))


@pytest.mark.slow
def test_what_is_read_computes_as_tflite_micro_does(tmp_path: Path) -> None:
    rng = random.Random(11)
    read: dict[str, QuantizedGraph] = {}
    for number in range(FILES):
        content = mutant(rng.choice(_originals()), rng)
        qgraph = _read(content)
        if qgraph is not None:
            read[f"{number:04}"] = qgraph
            (tmp_path / f"{number:04}.tflite").write_bytes(content)
    subprocess.run([sys.executable, micro_batch.__file__, str(tmp_path)], check=True)
    compared = 0
    for name, qgraph in read.items():
        found = tmp_path / f"{name}.npz"
        if not found.is_file():
            continue
        with np.load(found) as arrays:
            inputs = [
                _as_given(qgraph, tensor, arrays[f"input{index}"])
                for index, tensor in enumerate(qgraph.inputs)
            ]
            ours = run_integer(qgraph, inputs)
            for index, tensor in enumerate(qgraph.outputs):
                theirs = _signed(arrays[f"output{index}"]).reshape(ours[tensor].shape)
                np.testing.assert_array_equal(ours[tensor], theirs, err_msg=name)
        compared += 1
    assert compared > FILES // 10
