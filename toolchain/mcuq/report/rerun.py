"""An earlier result on its board again: other samples, or layer by layer."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from mcuq.content import ByContent
from mcuq.data import load_data
from mcuq.errors import InputError
from mcuq.graph import Graph
from mcuq.graph.indices import Limits
from mcuq.importers.tflite.load import input_limits
from mcuq.importers.tflite.reader import read_model
from mcuq.importers.tflite.records import FileModel, FileTensor
from mcuq.numeric import dequantize, quantize_values
from mcuq.numeric.element import Element
from mcuq.pipeline.profile import Profiled, ProfileTarget, most_instructions, profile_calls
from mcuq.progress import Progress, ProgressCallback, silent
from mcuq.report.output_forms import ends_graph, manifest_forms
from mcuq.report.store import read_manifest
from mcuq.result.manifest import Manifest
from mcuq.score.answers import Predictions, predictions_of
from mcuq.temporary import temporary_folder
from mcuq.tflite.micro import run_micro
from mcuq.tflite.operators.view import element_of
from mcuq.tflite.wheel import has_oracle
from mcuq_hil import Session, open_session
from mcuq_hil.boards import load_board
from mcuq_hil.session import Unit

Values = npt.NDArray[Any]


@dataclass(frozen=True, eq=False)
class Rerun(ByContent):
    """What the device answered.

    Attributes:
        predictions: real outputs and what the device was given, in the layout of the model that
            was built.
        metric_output: number of the one output that the build judged; None where it judged all.
        counts: of one inference, a number a run: a sample, or a step of one.
        unit: "instructions" from an emulator, "cycles" from hardware.
        equal_tflm: how many runs TFLite Micro answers with the same bytes; None where it is not
            available.
    """

    predictions: Predictions
    metric_output: int | None
    counts: tuple[int, ...]
    unit: Unit
    equal_tflm: int | None


def run_again(
    folder: Path,
    data: Path,
    *,
    port: str | None = None,
    limit: int = 0,
    progress: ProgressCallback = silent,
) -> Rerun:
    """Run the image of an output directory on samples.

    Args:
        folder: what `mcuq build` wrote.
        data: samples in real values, as for a build.
        port: serial port of a real board; None boots the emulator.
        limit: the first so many samples only; 0 takes all.

    Raises:
        InputError: `folder` or `data` cannot be used. HilError: the board or link failed.
    """
    manifest = read_manifest(folder)
    model = _read_flatbuffer(folder)
    graph = ends_graph(model, manifest)
    samples = load_data(data, graph, _index_limits(folder, graph))
    samples = samples.take(limit) if limit else samples
    inputs = [
        _stored(values, model.tensors[index])
        for values, index in zip(samples.inputs, model.inputs, strict=True)
    ]
    counts: list[int] = []
    rows: list[list[bytes]] = []
    name = manifest.target.name
    with open_session(load_board(name), _image(folder), port) as session:
        session.expect(most_instructions(manifest.result.macs))
        for sample in range(len(samples)):
            for step in _runs(session, graph, [values[sample] for values in inputs]):
                found, counted = session.run_counted([values.tobytes() for values in step])
                rows.append(found)
                counts.append(counted.total)
            progress(Progress("run", sample + 1, len(samples), f"samples on {name}"))
        unit = session.unit
    tensors = [model.tensors[index] for index in model.outputs]
    outputs = [
        np.frombuffer(b"".join(row[i] for row in rows), _dtype(tensor)).reshape(
            *inputs[0].shape[: 2 if graph.states else 1], *tensor.shape[1:]
        )
        for i, tensor in enumerate(tensors)
    ]
    equal = None
    if has_oracle():
        progress(Progress("verify", note="the same samples in TFLite Micro"))
        expected = run_micro((folder / "model.tflite").read_bytes(), inputs, len(outputs))
        equal = _equal(outputs, expected, len(rows))
    real = tuple(_real(values, tensor) for values, tensor in zip(outputs, tensors, strict=True))
    predictions = predictions_of(graph, samples, real, forms=manifest_forms(graph, manifest))
    output = manifest.result.metric_output
    return Rerun(predictions, output, tuple(counts), unit, equal)


def _runs(
    session: Session, graph: Graph, sample: list[npt.NDArray[Any]]
) -> Iterator[tuple[npt.NDArray[Any], ...]]:
    """What each run of a sample takes, an array an input; a sequence begins anew."""
    if not graph.states:
        yield tuple(sample)
        return
    session.begin()
    yield from zip(*sample, strict=True)


def profile_again(
    folder: Path, *, port: str | None = None, progress: ProgressCallback = silent
) -> tuple[Manifest, Profiled]:
    """Counts of each layer of an output directory, measured now.

    Returns:
        The result's manifest, and what each of its layers takes.

    Raises:
        InputError: `folder` cannot be used. DeviceError: no compiler. HilError: the board or
            link failed.
    """
    manifest = read_manifest(folder)
    model = _read_flatbuffer(folder)
    inputs = [model.tensors[index] for index in model.inputs]
    sample = [np.zeros(tensor.shape, _dtype(tensor)) for tensor in inputs]
    target = ProfileTarget(load_board(manifest.target.name), manifest.optimize, port)
    progress(Progress("profile", note="an image that marks its layers"))
    with temporary_folder() as scratch:
        copy = scratch / "model"
        shutil.copytree(folder / "model", copy)
        calls, macs = len(manifest.layers), manifest.result.macs
        return manifest, profile_calls(target, copy, sample, calls, macs)


def _index_limits(folder: Path, graph: Graph) -> dict[str, Limits]:
    """Input of indices → they lie below."""
    if all(graph.tensors[name].element is not Element.INT32 for name in graph.inputs):
        return {}
    limits = input_limits(folder / "model.tflite")
    pairs = zip(graph.inputs, limits, strict=True)
    return {name: limit for name, limit in pairs if limit is not None}


def _read_flatbuffer(folder: Path) -> FileModel:
    path = folder / "model.tflite"
    if not path.is_file():
        raise InputError(f"{path}: no such file", "build it again")
    return read_model(path.read_bytes())


def _image(folder: Path) -> Path:
    path = folder / "firmware.elf"
    if not path.is_file():
        raise InputError(f"{path}: no such file", "build it again")
    return path


_BITS = {"int8": 8, "int16": 16}


def _dtype(tensor: FileTensor) -> np.dtype[Any]:
    """What the device takes or gives."""
    if element_of(tensor.dtype, tensor.quantization is not None) is None:
        raise InputError(f"model.tflite: {tensor.name} is {tensor.dtype}", "build it again")
    return np.dtype(tensor.dtype)


def _stored(values: npt.NDArray[np.generic], tensor: FileTensor) -> Values:
    dtype = _dtype(tensor)
    if tensor.quantization is None:
        return values.astype(dtype)
    return quantize_values(np.asarray(values, np.float32), *_affine(tensor), _BITS[dtype.name])


def _real(values: Values, tensor: FileTensor) -> npt.NDArray[np.float32]:
    if tensor.quantization is None:
        return values.astype(np.float32)
    return dequantize(values, *_affine(tensor))


def _affine(tensor: FileTensor) -> tuple[np.float32, int]:
    quantization = tensor.quantization
    if quantization is None:
        raise InputError(f"model.tflite: {tensor.name} has no scale", "build it again")
    return np.float32(quantization.scale[0]), int(quantization.zero_point[0])


def _equal(found: list[Values], expected: list[Values], runs: int) -> int:
    """In how many runs every byte is."""
    same = [
        (a.reshape(runs, -1) == b.reshape(runs, -1)).all(axis=1)
        for a, b in zip(found, expected, strict=True)
    ]
    return int(np.logical_and.reduce(same).sum())
