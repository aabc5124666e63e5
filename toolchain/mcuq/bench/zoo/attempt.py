"""One step on one model file, in a process of its own: whatever goes wrong becomes a value."""

from __future__ import annotations

import re
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from mcuq.atomic_write import write_arrays
from mcuq.bench.zoo.record import Step, Tried
from mcuq.calibrate import calibrate
from mcuq.data import load_data
from mcuq.emit.tflite import tflite_bytes
from mcuq.errors import McuqError
from mcuq.graph import Graph, Layout
from mcuq.importers import load_model
from mcuq.importers.source import read_bytes
from mcuq.importers.tflite.reader import read_model
from mcuq.interpret.integer import quantize_inputs, run_integer
from mcuq.pipeline.build import build
from mcuq.pipeline.constructed import constructed_samples
from mcuq.pipeline.original import compare_original
from mcuq.pipeline.request import BuildRequest
from mcuq.pipeline.undefined import check_defined
from mcuq.pipeline.verify import equal_in_tflm
from mcuq.prequantized.load import load_quantized
from mcuq.quantize import WeightChoice, quantize
from mcuq.quantized import QuantizedGraph
from mcuq.temporary import temporary_folder
from mcuq.tflite.wheel import NoOracleError
from mcuq.witness import compare_import
from mcuq.witness.samples import witness_samples
from mcuq_hil.errors import HilError

Reals = npt.NDArray[np.float32]
_NAME = re.compile(r"'[^']*'")
_NUMBER = re.compile(r"(?<![\w.])-?\d[\d,.]*\b(?!\w)")
_DIFFERS = "results differ"
_HINT = "this is a defect of mcuq: please report it with the model"


@dataclass(frozen=True)
class ModelJob:
    """What a step is given.

    Attributes:
        model: the file.
        samples: `.npz` of typical samples; None constructs some.
        board: to build for.
    """

    model: Path
    samples: Path | None
    board: str


def attempt(step: Step, job: ModelJob) -> Tried:
    """Do one step.

    Raises:
        MemoryError: there is not enough. Nothing else.
    """
    try:
        return _STEPS[step](_of(job))
    except (McuqError, HilError) as error:
        hint = error.hint
        if getattr(error, "differs", False):
            return Tried(step, "wrong", _DIFFERS, error.cause, hint)
        rule = getattr(error, "rule", error.cause)
        return Tried(step, "refused", _without_place(rule, job), error.cause, hint)
    except MemoryError:
        raise
    except Exception as error:
        # Whatever is not planned is what the table is to show.
        frame = traceback.extract_tb(error.__traceback__)[-1]
        place = f"{Path(frame.filename).name}:{frame.lineno}"
        text = next(iter(str(error).splitlines()), "")
        reason = f"internal error: {type(error).__name__}"
        return Tried(step, "crashed", reason, f"{reason}: {text} ({place})", _HINT)


def _without_place(rule: str, job: ModelJob) -> str:
    """A rule without the names and numbers of one file."""
    for path in (job.model, job.samples):
        if path is not None:
            rule = rule.replace(str(path), "…").replace(path.name, "…")
    return _NUMBER.sub("N", _NAME.sub("'…'", rule))


class _Model:
    """What the steps on one file share."""

    def __init__(self, job: ModelJob) -> None:
        self.job = job

    @cached_property
    def graph(self) -> Graph:
        return load_model(self.job.model)

    @cached_property
    def samples(self) -> Sequence[Reals]:
        """(samples, …), one array an input of the graph."""
        if self.job.samples is None:
            return witness_samples(self.graph, None)[0]
        return load_data(self.job.samples, self.graph).inputs

    @cached_property
    def is_quantized(self) -> bool:
        """Whether it is a TFLite file that computes with integers somewhere."""
        if self.job.model.suffix.lower() != ".tflite":
            return False
        tensors = read_model(read_bytes(self.job.model)).tensors
        return any(one.quantization is not None and one.data is None for one in tensors)


_models: dict[ModelJob, _Model] = {}


def _of(job: ModelJob) -> _Model:
    if job not in _models:
        _models.clear()
        _models[job] = _Model(job)
    return _models[job]


def _inspect(model: _Model) -> Tried:
    return Tried("inspect", "read" if model.graph.ops else "left out")


def _import(model: _Model) -> Tried:
    found = compare_import(model.job.model, model.graph, model.samples, integers=False)
    if found.runtime:
        return Tried("import", "equal")
    finding = found.findings[0]
    return Tried("import", "not compared", finding.code, finding.message, finding.hint)


def _int8(model: _Model) -> Tried:
    qgraph = quantize(model.graph, calibrate(model.graph, model.samples))
    inputs, expected = _run(qgraph, model.samples)
    return _compared("int8", equal_in_tflm(tflite_bytes(qgraph), inputs, expected, 1))


def _as_is(model: _Model) -> Tried:
    if not model.is_quantized:
        return Tried("as-is", "left out", "the file is not quantized")
    content = read_bytes(model.job.model)
    qgraph = load_quantized(content)
    inputs, expected = _run(qgraph, constructed_samples(qgraph).inputs)
    original = compare_original(content, qgraph, inputs, expected, 1)
    if original.equal is None:
        finding = original.findings[0]
        return Tried("as-is", "not compared", finding.code, finding.message, finding.hint)
    return _compared("as-is", original.equal)


def _build(model: _Model) -> Tried:
    with temporary_folder() as scratch:
        request = _request(model, scratch)
        request.output.mkdir()
        build(request, request.output)
    return Tried("build", "equal")


def _request(model: _Model, scratch: Path) -> BuildRequest:
    """As it is where that is what the file prescribes, else int8 throughout."""
    output = scratch / "out"
    if model.is_quantized and _keeps_integers(model):
        return BuildRequest(model=model.job.model, board=model.job.board, output=output, as_is=True)
    samples = model.job.samples
    if samples is None:
        samples = scratch / "samples.npz"
        layouts = [model.graph.layout(name) for name in model.graph.inputs]
        columns = zip(layouts, model.samples, strict=True)
        depth = 2 if model.graph.states else 1
        arrays = {f"x{i}": _to_file(one, x, depth) for i, (one, x) in enumerate(columns)}
        write_arrays(samples, arrays if len(arrays) > 1 else {"x": arrays["x0"]})
    return BuildRequest(
        model=model.job.model,
        board=model.job.board,
        output=output,
        fixed=WeightChoice(8),
        calibration=samples,
        keep_outliers=True,
    )


def _to_file(layout: Layout, values: Reals, depth: int) -> Reals:
    """Samples as the file arranges them; of sequences, `depth` 2, each step is one."""
    steps = layout.to_file(values.reshape(-1, *values.shape[depth:]))
    return steps.reshape(*values.shape[:depth], *steps.shape[1:])


def _keeps_integers(model: _Model) -> bool:
    try:
        load_quantized(model.job.model)
    except McuqError:
        return False
    return True


def _run(qgraph: QuantizedGraph, samples: Sequence[Any]) -> tuple[list[Any], list[Any]]:
    """Stored inputs and the outputs that mcuq computes of them."""
    check_defined(qgraph, samples)
    inputs = quantize_inputs(qgraph, samples)
    outputs = run_integer(qgraph, inputs)
    return inputs, [outputs[name] for name in qgraph.outputs]


def _compared(step: Step, is_equal: bool | None) -> Tried:
    if is_equal is None:
        missing = NoOracleError()
        return Tried(step, "not compared", "no-oracle", missing.cause, missing.hint)
    if is_equal:
        return Tried(step, "equal")
    return Tried(step, "wrong", _DIFFERS, "outputs differ from TFLite Micro", _HINT)


_STEPS: Mapping[Step, Callable[[_Model], Tried]] = {
    "inspect": _inspect,
    "import": _import,
    "int8": _int8,
    "as-is": _as_is,
    "build": _build,
}
