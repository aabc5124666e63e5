"""The float graph beside the file's own runtime: equal within float32 rounding, or refused.

Tolerance: an output may differ by `WITNESS.margin` times what rounding moves it by
(`witness.rounding`), and by `WITNESS.floor` of the largest value of the output, for kernels that
approximate an exponential.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mcuq.errors import InputError
from mcuq.findings import Finding, about_model
from mcuq.graph import Graph
from mcuq.importers.names import short_name
from mcuq.importers.tflite import read_tflite
from mcuq.interpret.float import run_float
from mcuq.isolated import IsolatedError
from mcuq.ops.softmax import SOFTMAX
from mcuq.ops.unary import LOGISTIC
from mcuq.witness.excess import Excess, measured
from mcuq.witness.onnx_runtime import OnnxRuntime
from mcuq.witness.outside import Outside, OutsideStep, Reals
from mcuq.witness.rounding import float_rounding, grid_rounding
from mcuq.witness.runtimes import MissingError, open_outside
from mcuq.witness.samples import witness_samples
from mcuq.witness.settings import WITNESS

_SMALLEST = np.float32(1e-36)
"""Of a probability; smaller ones are flushed to zero by some runtimes."""
_DEFECT = "this is a defect of mcuq: please report it with the model"


@dataclass(frozen=True)
class ImportCheck:
    """What the comparison gave.

    Attributes:
        runtime: the file's own, name and version; empty where it was not compared.
        samples: how many.
        difference: the largest of any output value, absolute.
        share: the largest of any output value, as a share of what is tolerated.
        findings: what is suspicious, or why there was no comparison.
    """

    runtime: str = ""
    samples: int = 0
    difference: float = 0.0
    share: float = 0.0
    findings: tuple[Finding, ...] = ()


NOT_COMPARED = ImportCheck()


def compare_import(
    path: Path, graph: Graph, data: Sequence[Reals] | None = None, *, integers: bool = True
) -> ImportCheck:
    """Whether `graph` computes what the model file computes in the runtime it came from.

    Args:
        path: the file that `graph` was read from.
        data: float32 (samples, …), one an input of the graph; random samples only without it.
        integers: whether a quantized file's own rounding is looked at, too.

    Raises:
        InputError: it does not; names the first operator of the file that differs.
    """
    try:
        outside = open_outside(path)
        inputs, own = witness_samples(graph, data)
        return _compared(path, graph, outside, inputs, own if integers else 0)
    except (MissingError, IsolatedError) as why:
        finding = about_model(
            "import-not-compared",
            f"{path.name} was not compared with the runtime it came from: {_line(why)}",
            "install that runtime, or check the outputs yourself before you trust the result",
        )
        return ImportCheck(findings=(finding,))


def _line(why: Exception) -> str:
    """The reason, and the last that a runtime said."""
    log = [line.strip() for line in getattr(why, "log", "").splitlines() if line.strip()]
    return " ".join([str(why).splitlines()[0], *(f"({line[:200]})" for line in log[-1:])])


def _compared(
    path: Path, graph: Graph, outside: Outside, inputs: list[Reals], own: int
) -> ImportCheck:
    in_file = _in_file(graph, graph.inputs, inputs)
    ours = _outputs(graph, run_float(graph, inputs))
    real = outside.real(in_file)
    for seed in range(WITNESS.draws):
        moved = _outputs(graph, run_float(graph, inputs, disturb=float_rounding(graph, seed)))
        parts, worst = _excess(graph, ours, moved, real)
        if worst.share <= 1.0:
            break
    else:
        raise _differs(path, graph, outside, [x[worst.sample :] for x in inputs], worst)
    findings = _integers(path, graph, outside, [x[:own] for x in inputs]) if own else ()
    difference = max(part.difference for part in parts)
    return ImportCheck(outside.runtime, len(inputs[0]), difference, worst.share, findings)


def _excess(
    graph: Graph, ours: list[Reals], moved: list[Reals], real: list[Reals]
) -> tuple[list[Excess], Excess]:
    """Of every output, and the largest of all."""
    sides = zip(ours, moved, real, _absolute_errors(graph), strict=True)
    parts = [measured(a, b, c, step=error) for a, b, c, error in sides]
    logs = [_logs(graph, side) for side in (ours, moved, real)]
    inside = [measured(*each) for each in zip(*logs, strict=True)]
    return parts, max((*parts, *inside), key=lambda part: part.share)


def _outputs(graph: Graph, values: dict[str, Reals]) -> list[Reals]:
    return _in_file(graph, graph.outputs, [values[name] for name in graph.outputs])


def _in_file(graph: Graph, names: Sequence[str], values: Sequence[Reals]) -> list[Reals]:
    """Inputs or outputs in the file's layout."""
    layouts = [graph.layout(name) for name in names]
    return [
        x if layout.is_same else layout.to_file(x)
        for layout, x in zip(layouts, values, strict=True)
    ]


def _absolute_errors(graph: Graph) -> list[float]:
    """Of each output, what a runtime's approximation may be off by, however small the value is.

    ONNX Runtime's LOGISTIC of a value far below 0 was 1.2e-7 off on some processors.
    """
    makers = {op.output: op.kind for op in graph.ops}
    return [WITNESS.floor if makers.get(name) is LOGISTIC else 0.0 for name in graph.outputs]


def _logs(graph: Graph, side: list[Reals]) -> list[Reals]:
    """Logarithms of the outputs of a SOFTMAX: a saturated one hides all that is before it.

    Not those of a LOGISTIC, which runtimes approximate to an absolute error.
    """
    makers = {op.output: op.kind for op in graph.ops}
    return [
        np.log(np.maximum(x, _SMALLEST))
        for name, x in zip(graph.outputs, side, strict=True)
        if makers[name] is SOFTMAX
    ]


def _differs(
    path: Path, graph: Graph, outside: Outside, inputs: list[Reals], worst: Excess
) -> InputError:
    first = _first_step(graph, outside, [x[:1] for x in inputs])
    place = f"first at {first.where}" if first else "at no operator that mcuq keeps by its name"
    return InputError(
        f"{path.name} is not read as {outside.runtime} runs it: outputs differ by "
        f"{worst.difference:.3g} where rounding explains {worst.tolerated:.2g}, {place}",
        _DEFECT,
        differs=True,
    )


def _first_step(graph: Graph, outside: Outside, inputs: list[Reals]) -> OutsideStep | None:
    """The file's first operator that the graph gives another result for."""
    in_file = _in_file(graph, graph.inputs, inputs)
    known = list(graph.activations)
    ours = run_float(graph, inputs, known)
    moved = run_float(graph, inputs, known, disturb=float_rounding(graph))
    try:
        steps = outside.steps(in_file)
    except (IsolatedError, InputError):
        return None
    for step in steps:
        own = _same_value(known, step.name)
        if own and not any(_agrees(ours[name], moved[name], step) for name in own):
            return step
    return None


def _same_value(known: Sequence[str], name: str) -> list[str]:
    """Activations of the graph that stand for a value of the file: of one lowered in several
    steps the first has its name, the others a number behind it.
    """
    short = short_name(name)
    return [own for own in known if own == short or own.rpartition("_")[0] == short]


def _agrees(ours: Reals, moved: Reals, step: OutsideStep) -> bool:
    """Whether they are the same values, channels last or as they are."""
    theirs = step.values
    forms = [theirs] if theirs.ndim < 3 else [theirs, np.moveaxis(theirs, 1, -1)]
    if any(measured(ours, moved, form.reshape(1, -1)).share <= 1.0 for form in forms):
        return True
    a, b, c = (np.sort(values, axis=None)[None] for values in (ours, moved, theirs))
    return step.rearranges and measured(a, b, c).share <= 1.0


def _integers(
    path: Path, graph: Graph, outside: Outside, inputs: list[Reals]
) -> tuple[Finding, ...]:
    """Whether a quantized file's own integers give what its real numbers give, within its steps."""
    steps = _steps_of(path, graph, outside) if outside.is_quantized else {}
    if not steps:
        return ()
    in_file = _in_file(graph, graph.inputs, inputs)
    given, as_read = outside.given(in_file), outside.as_read(in_file)
    tolerance = _Rounding(graph, inputs, steps)
    if as_read is not None and (layers := tolerance.excess(as_read, given)).share > 1.0:
        raise _differs(path, graph, outside, [x[layers.sample :] for x in inputs], layers)
    worst = tolerance.excess(tolerance.exact, given)
    if worst.share <= 1.0:
        return ()
    return (
        about_model(
            "integers-differ",
            f"{path.name} itself, in {outside.runtime}, is up to {worst.difference:.3g} away from "
            f"the real numbers that its integers stand for, where rounding explains "
            f"{worst.tolerated:.2g}",
            "its steps are too coarse for this data: quantize the float model instead",
        ),
    )


class _Rounding:
    """How far a file's own steps move its outputs.

    Attributes:
        exact: outputs without rounding, in the file's layout.
    """

    def __init__(self, graph: Graph, inputs: list[Reals], steps: dict[str, float]) -> None:
        self._last = [steps.get(name, 0.0) for name in graph.outputs]
        self.exact = _outputs(graph, run_float(graph, inputs))
        # One draw of a handful of outputs says little about the largest there can be.
        self._drifts = [
            [b - a for a, b in zip(self.exact, _outputs(graph, values), strict=True)]
            for values in (
                run_float(graph, inputs, disturb=grid_rounding(graph, steps, seed))
                for seed in range(WITNESS.grid_draws)
            )
        ]

    def excess(self, ours: list[Reals], theirs: list[Reals]) -> Excess:
        """The worst output of `theirs`, measured by the draw that moves it most."""
        each = zip(ours, zip(*self._drifts, strict=True), theirs, self._last, strict=True)
        parts = [
            min(
                (measured(a, a + x.reshape(a.shape), b, WITNESS.grid_margin, step) for x in drifts),
                key=lambda part: part.share,
            )
            for a, drifts, b, step in each
        ]
        return max(parts, key=lambda part: part.share)


def _steps_of(path: Path, graph: Graph, outside: Outside) -> dict[str, float]:
    """Activation → the real number between two of the file's integers."""
    if path.suffix.lower() == ".tflite":
        return {
            name: float(record.quantization.scale[0])
            for name, record in read_tflite(path).records.items()
            if record.quantization is not None and record.data is None
        }
    stored = outside.stored if isinstance(outside, OnnxRuntime) else ()
    steps = {(low, high): step for low, high, step in stored}
    return {name: steps.get(span, (span[1] - span[0]) / 255) for name, span in graph.ranges.items()}
