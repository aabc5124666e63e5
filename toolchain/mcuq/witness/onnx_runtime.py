"""ONNX Runtime, for ONNX files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from mcuq.isolated import call_isolated
from mcuq.witness.onnx_session import computed
from mcuq.witness.outside import OutsideStep, Reals

_ON_INTEGERS = ("QLinear", "QGemm", "ConvInteger", "MatMulInteger", "DynamicQuantize", "QAttention")
"""Beginnings of the names of operators that compute on integers."""
_REARRANGING = frozenset({"Flatten", "Reshape", "Squeeze", "Transpose", "Unsqueeze"})


@dataclass(frozen=True)
class OnnxRuntime:
    """An ONNX file.

    Attributes:
        on_integers: whether layers compute on integers.
        stored: of each quantized activation the smallest and largest real number, and the step.
    """

    path: Path
    is_quantized: bool
    on_integers: bool
    stored: tuple[tuple[float, float, float], ...] = ()

    @property
    def runtime(self) -> str:
        return f"ONNX Runtime {version('onnxruntime')}"

    def real(self, inputs: Sequence[Reals]) -> list[Reals]:
        return call_isolated(_real, self.path, list(inputs))

    def given(self, inputs: Sequence[Reals]) -> list[Reals]:
        return call_isolated(_given, self.path, list(inputs))

    def as_read(self, inputs: Sequence[Reals]) -> list[Reals] | None:
        return call_isolated(_as_read, self.path, list(inputs)) if self.on_integers else None

    def steps(self, inputs: Sequence[Reals]) -> list[OutsideStep]:
        return call_isolated(_steps, self.path, [x[:1] for x in inputs])


def open_onnx(path: Path) -> OnnxRuntime:
    """The file as ONNX Runtime is to run it.

    Raises:
        IsolatedError: it cannot be read.
    """
    return OnnxRuntime(path, *call_isolated(_kind, path))


def _kind(path: Path) -> tuple[bool, bool, tuple[tuple[float, float, float], ...]]:
    """Whether it is quantized, whether layers compute on integers, and the stored steps."""
    from mcuq.witness.onnx_reals import stored_steps

    model = _model(path)
    kinds = {node.op_type for node in model.graph.node}
    on_integers = any(kind.startswith(_ON_INTEGERS) for kind in kinds)
    is_quantized = on_integers or "QuantizeLinear" in kinds
    return is_quantized, on_integers, stored_steps(model) if is_quantized else ()


def _model(path: Path) -> Any:
    import onnx

    from mcuq.importers.onnx.classical import without_labels

    model = onnx.load(str(path))
    without_labels(model)
    return model


def _real(path: Path, inputs: list[Reals]) -> list[Reals]:
    """In the child: the model's outputs (samples, …) without rounding."""
    from mcuq.witness.onnx_reals import leave_out_rounding

    model = _model(path)
    leave_out_rounding(model)
    return _outputs(model, inputs)


def _given(path: Path, inputs: list[Reals]) -> list[Reals]:
    """In the child: as `_real`, of the file as it is."""
    from mcuq.witness.onnx_signs import make_filters_unsigned

    model = _model(path)
    make_filters_unsigned(model)
    return _outputs(model, inputs)


def _as_read(path: Path, inputs: list[Reals]) -> list[Reals]:
    """In the child: as `_real`, with rounding; layers on integers as float layers between them."""
    from mcuq.witness.onnx_reals import spell_out

    model = _model(path)
    spell_out(model)
    return _outputs(model, inputs)


def _outputs(model: Any, inputs: list[Reals]) -> list[Reals]:
    return computed(model, inputs, [output.name for output in model.graph.output])


def _steps(path: Path, inputs: list[Reals]) -> list[OutsideStep]:
    """In the child: every node's outputs on the first sample."""
    import onnx

    from mcuq.witness.onnx_reals import leave_out_rounding

    model = _model(path)
    leave_out_rounding(model)
    nodes = [(i, n, o) for i, n in enumerate(model.graph.node) for o in n.output if o]
    known = {output.name for output in model.graph.output}
    for _, _, name in nodes:
        if name not in known:
            model.graph.output.append(onnx.ValueInfoProto(name=name))
    found = computed(model, inputs, [name for _, _, name in nodes])
    return [
        OutsideStep(
            f"node {index} {node.op_type} (output {name!r})",
            name,
            values[0],
            node.op_type in _REARRANGING,
        )
        for (index, node, name), values in zip(nodes, found, strict=True)
    ]
