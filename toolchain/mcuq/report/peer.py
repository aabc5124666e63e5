"""Another tool's `.tflite` by the figures that a result of ours is judged by."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mcuq.data import Dataset, fingerprint, load_data
from mcuq.errors import InputError, UsageError
from mcuq.importers.tflite.reader import read_model
from mcuq.importers.tflite.records import FileModel
from mcuq.isolated import IsolatedError
from mcuq.report.comparison import Side
from mcuq.report.gates import Figure
from mcuq.report.output_forms import ends_graph, manifest_forms
from mcuq.report.wording import metric_value
from mcuq.result.manifest import Manifest
from mcuq.score.answers import predictions_of
from mcuq.score.metrics import get_metric
from mcuq.tflite.excerpt import keeps_state
from mcuq.tflite.litert import run_litert
from mcuq.tflite.micro import arena_bytes
from mcuq.units import format_bytes

_BITS = {"int4": 4, "int8": 8, "uint8": 8, "int16": 16, "float16": 16, "float32": 32}


def peer_side(path: Path, evaluation: Path, manifest: Manifest) -> Side:
    """Metric, weight bytes and file size of the flatbuffer at `path`, and the types of the filters
    that are called as ours.

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
        raise InputError(f"cannot read {path}: no such file", "check the path")
    flatbuffer = path.read_bytes()
    model = read_model(flatbuffer)
    graph = ends_graph(model, manifest)
    data = load_data(evaluation, graph)
    metric = replace(get_metric(manifest.result.metric), output=manifest.result.metric_output)
    if metric.needs_reference:
        raise UsageError(f"metric {metric.name} needs the float model", "build with --metric top1")
    forms = manifest_forms(graph, manifest)
    outputs = _run(flatbuffer, data)
    value = metric.compute(predictions_of(graph, data, outputs, forms=forms))
    weights = _weight_bytes(model)
    figures = [
        Figure(metric.name, value, metric_value(manifest, value), metric.higher_is_better),
        Figure("weights", weights, format_bytes(weights)),
        *_file_figures(flatbuffer),
    ]
    types = {tensor.name: tensor.dtype for tensor in model.tensors if tensor.data is not None}
    stored = {one.name: types[one.filter] for one in manifest.layers if one.filter in types}
    return Side(str(path), {figure.name: figure for figure in figures}, stored)


def file_figures(folder: Path) -> dict[str, Figure]:
    """Of the flatbuffer of a result of ours, in `folder`: what a peer's can be held against."""
    path = folder / "model.tflite"
    if not path.is_file():
        raise InputError(f"{path}: no such file", "give the directory that mcuq build wrote")
    return {figure.name: figure for figure in _file_figures(path.read_bytes())}


def _file_figures(flatbuffer: bytes) -> list[Figure]:
    """Its size, and the arena that TFLite Micro takes for it, where that takes it."""
    figures = [Figure("model.tflite", len(flatbuffer), format_bytes(len(flatbuffer)))]
    arena = _arena(flatbuffer)
    if arena is not None:
        figures.append(Figure("TFLM arena", arena, format_bytes(arena)))
    return figures


def _arena(flatbuffer: bytes) -> int | None:
    """None where TFLite Micro does not take the model."""
    try:
        return arena_bytes(flatbuffer)
    except InputError:
        return None


def _weight_bytes(model: FileModel) -> int:
    """Constants of two or more dimensions: filters, whatever they are stored as."""
    constants = [t for t in model.tensors if t.data is not None and len(t.shape) > 1]
    return sum((int(np.prod(t.shape)) * _BITS.get(t.dtype, 0) + 7) // 8 for t in constants)


def _run(flatbuffer: bytes, data: Dataset) -> tuple[npt.NDArray[np.float32], ...]:
    """Real outputs by LiteRT's own kernels, one sample at a time."""
    try:
        outputs = run_litert(flatbuffer, data.inputs)
    except IsolatedError as error:
        raise InputError(
            f"LiteRT does not run the model: {error.reason}", "try it in the tool that wrote it"
        ) from error
    batch = 2 if keeps_state(flatbuffer) else 1
    return tuple(np.squeeze(values, batch) for values in outputs)
