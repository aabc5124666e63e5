"""Another tool's `.tflite` by the figures that a result of ours is judged by."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from mcuq.data import Dataset, fingerprint, load_data
from mcuq.errors import InputError, UsageError
from mcuq.evaluate.metrics import Predictions, get_metric
from mcuq.frontends.tflite.reader import read_model
from mcuq.frontends.tflite.records import FileModel
from mcuq.graph import Graph, Tensor
from mcuq.numeric import dequantize, quantize_values
from mcuq.report.gates import Figure, metric_figure
from mcuq.report.manifest import Manifest
from mcuq.report.wording import metric_value
from mcuq.tflite.micro import arena_bytes
from mcuq.tflite.quiet import quiet_native_log
from mcuq.tflite.runtime import Interpreter, OpResolverType
from mcuq.units import format_bytes

_BITS = {"int4": 4, "int8": 8, "uint8": 8, "int16": 16, "float16": 16, "float32": 32}


def peer_figures(path: Path, evaluation: Path, manifest: Manifest) -> dict[str, Figure]:
    """Metric, weight bytes and file size of the flatbuffer at `path`.

    Args:
        evaluation: the samples that `manifest` was evaluated on: others would compare nothing.
        manifest: the result it is set against; its metric is used.

    Raises:
        UsageError: `evaluation` is other data. InputError: a file cannot be used.
    """
    if fingerprint(evaluation) != manifest.inputs.get("evaluation"):
        raise UsageError(
            f"{evaluation} is not what the result was evaluated on",
            "give the same --evaluation as for the build",
        )
    if not path.is_file():
        raise InputError(f"cannot read {path}: no such file")
    flatbuffer = path.read_bytes()
    model = read_model(flatbuffer)
    data = load_data(evaluation, _inputs_of(model))
    metric = get_metric(manifest.result.metric)
    if metric.needs_reference:
        raise UsageError(f"metric {metric.name} needs the float model", "build with --metric top1")
    value = metric.compute(Predictions(_run(flatbuffer, data), data))
    weights = _weight_bytes(model)
    figures = [
        Figure(metric.name, value, metric_value(manifest, value), metric.higher_is_better),
        Figure("weights", weights, format_bytes(weights)),
        Figure("model.tflite", len(flatbuffer), format_bytes(len(flatbuffer))),
    ]
    arena = _arena(flatbuffer)
    if arena is not None:
        figures.append(Figure("TFLM arena", arena, format_bytes(arena)))
    return {figure.name: figure for figure in figures}


def own_figures(folder: Path, manifest: Manifest) -> dict[str, Figure]:
    """The same figures of a result of ours, in `folder`."""
    path = folder / "model.tflite"
    if not path.is_file():
        raise InputError(f"{path}: no such file", "give the directory that mcuq build wrote")
    flatbuffer, result = path.read_bytes(), manifest.result
    figures = [
        *metric_figure(manifest),
        Figure("weights", result.weight_bytes, format_bytes(result.weight_bytes)),
        Figure("model.tflite", len(flatbuffer), format_bytes(len(flatbuffer))),
    ]
    arena = _arena(flatbuffer)
    if arena is not None:
        figures.append(Figure("TFLM arena", arena, format_bytes(arena)))
    return {figure.name: figure for figure in figures}


def _arena(flatbuffer: bytes) -> int | None:
    """None where TFLite Micro does not take the model."""
    try:
        return arena_bytes(flatbuffer)
    except InputError:
        return None


def _inputs_of(model: FileModel) -> Graph:
    tensors = [model.tensors[index] for index in model.inputs]
    named = {tensor.name: Tensor(tensor.name, tensor.shape) for tensor in tensors}
    return Graph(model.name, named, (), tuple(named), ())


def _weight_bytes(model: FileModel) -> int:
    """Constants of two or more dimensions: filters, whatever they are stored as."""
    constants = [t for t in model.tensors if t.data is not None and len(t.shape) > 1]
    return sum((int(np.prod(t.shape)) * _BITS.get(t.dtype, 0) + 7) // 8 for t in constants)


def _run(flatbuffer: bytes, data: Dataset) -> tuple[npt.NDArray[np.float32], ...]:
    """Real outputs by LiteRT's own kernels, one sample at a time."""
    try:
        with quiet_native_log():
            interpreter = Interpreter(
                model_content=flatbuffer,
                experimental_op_resolver_type=OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES,
            )
            interpreter.allocate_tensors()
    except (RuntimeError, ValueError) as error:
        raise InputError(f"LiteRT does not load the model: {error}") from error
    sources, targets = interpreter.get_input_details(), interpreter.get_output_details()
    rows: list[list[npt.NDArray[np.float32]]] = []
    for sample in range(len(data)):
        for detail, values in zip(sources, data.inputs, strict=True):
            value = _stored(values[sample], detail).reshape(detail["shape"])
            interpreter.set_tensor(detail["index"], value)
        interpreter.invoke()
        rows.append([_real(interpreter.get_tensor(d["index"])[0], d) for d in targets])
    return tuple(np.stack(column) for column in _columns(rows))


def _columns(
    rows: Sequence[Sequence[npt.NDArray[np.float32]]],
) -> list[list[npt.NDArray[np.float32]]]:
    return [list(column) for column in zip(*rows, strict=True)]


def _stored(values: npt.NDArray[np.float32], detail: dict[str, Any]) -> npt.NDArray[Any]:
    scale, zero_point = detail["quantization"]
    if detail["dtype"] is not np.int8:
        return values.astype(detail["dtype"])
    return quantize_values(values, np.float32(scale), zero_point)


def _real(values: npt.NDArray[Any], detail: dict[str, Any]) -> npt.NDArray[np.float32]:
    scale, zero_point = detail["quantization"]
    if not np.issubdtype(values.dtype, np.integer):
        return values.astype(np.float32)
    return dequantize(values, np.float32(scale), zero_point)
