"""TensorFlow Lite Micro running files as they were given, beside our reading of them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import micro_batch
import numpy as np
import numpy.typing as npt

from mcuq.importers import load_tflite
from mcuq.interpret.float import run_float
from mcuq.interpret.integer import run_integer
from mcuq.numeric import dequantize, quantize_values
from mcuq.numeric.tensor import QuantizedTensor
from mcuq.prequantized.load import load_quantized
from mcuq.quantized import QuantizedGraph

Values = npt.NDArray[np.generic]


def run_in_micro(files: Mapping[str, bytes], folder: Path) -> dict[str, dict[str, Values]]:
    """Name → input and output values, for the files that TensorFlow Lite Micro runs."""
    for name, content in files.items():
        (folder / f"{name}.tflite").write_bytes(content)
    subprocess.run([sys.executable, micro_batch.__file__, str(folder)], check=True)
    found = {}
    for path in folder.glob("*.npz"):
        with np.load(path) as arrays:
            found[path.stem] = dict(arrays)
    return found


def assert_equal_to_micro(qgraph: QuantizedGraph, run: Mapping[str, Values], name: str) -> None:
    """Every output byte of the reading is that of the file; float edges by the edge's scale."""
    tensors = [qgraph.tensors[tensor] for tensor in qgraph.inputs]
    inputs = [_stored(run[f"input{index}"], tensor) for index, tensor in enumerate(tensors)]
    ours = run_integer(qgraph, inputs)
    for index, output in enumerate(qgraph.outputs):
        tensor, theirs = qgraph.tensors[output], run[f"output{index}"]
        values: Values = ours[output]
        if theirs.dtype == np.float32:
            values = dequantize(values, tensor.scale[0], tensor.zero_point)
        np.testing.assert_array_equal(
            values, _signed(theirs).reshape(values.shape), err_msg=f"{name}, output {index}"
        )


def assert_reads_as_micro(content: bytes, folder: Path) -> QuantizedGraph:
    """The integer model of a file that TensorFlow Lite Micro runs, equal to that in every byte."""
    qgraph = load_quantized(content)
    runs = run_in_micro({"file": content}, folder)
    assert "file" in runs, "TensorFlow Lite Micro does not run the file"
    assert_equal_to_micro(qgraph, runs["file"], "file")
    return qgraph


def _stored(values: Values, tensor: QuantizedTensor) -> Values:
    if values.dtype == np.float32:
        values = quantize_values(values, tensor.scale[0], tensor.zero_point, tensor.bits)
    shape = tensor.shape[1:] if tensor.shape[:1] == (1,) else tensor.shape
    return _signed(values).reshape(len(values), *shape)


def _signed(values: Values) -> Values:
    """uint8 values as the int8 ones of the same real numbers."""
    if values.dtype != np.uint8:
        return values
    return (values.astype(np.int16) - 128).astype(np.int8)


def affine(scale: float, zero_point: int = 0) -> dict[str, Any]:
    """Quantization of a tensor with one scale, as `File.tensor` takes it."""
    return {"scale": np.array([scale], np.float32), "zero_point": np.array([zero_point])}


def assert_floats_as_micro(content: bytes, folder: Path) -> None:
    """Our float reading of a file gives what TensorFlow Lite Micro computes, within rounding."""
    graph = load_tflite(content)
    run = run_in_micro({"file": content}, folder)["file"]
    shape = graph.tensors[graph.inputs[0]].shape
    ours = run_float(graph, [run["input0"].reshape(-1, *shape[1:])])
    for index, name in enumerate(graph.outputs):
        theirs = run[f"output{index}"]
        np.testing.assert_allclose(ours[name].reshape(theirs.shape), theirs, rtol=1e-5, atol=1e-6)
