"""LiteRT, for TFLite files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from mcuq.importers.tflite.reader import read_model
from mcuq.isolated import call_isolated
from mcuq.tflite.litert import run_litert
from mcuq.witness.float_copy import float_copy, is_quantized
from mcuq.witness.outside import OutsideStep, Reals


@dataclass(frozen=True)
class LiteRt:
    """A TFLite file: `content` as it is, `floats` with reals in place of integers."""

    content: bytes
    floats: bytes
    is_quantized: bool

    @property
    def runtime(self) -> str:
        try:
            return f"LiteRT {version('ai-edge-litert')}"
        except PackageNotFoundError:
            return f"TFLite {version('tflite-runtime')}"

    def real(self, inputs: Sequence[Reals]) -> list[Reals]:
        return run_litert(self.floats, inputs)

    def given(self, inputs: Sequence[Reals]) -> list[Reals]:
        return run_litert(self.content, inputs)

    def as_read(self, inputs: Sequence[Reals]) -> list[Reals] | None:
        return None

    def steps(self, inputs: Sequence[Reals]) -> list[OutsideStep]:
        model = read_model(self.floats)
        operators = [
            (op, index) for op in model.ops if op.kind != "VAR_HANDLE" for index in op.outputs
        ]
        values = run_litert(self.floats, [x[:1] for x in inputs], [i for _, i in operators])
        return [
            OutsideStep(
                f"operator {op.index} {op.kind} (output {model.tensors[index].name!r})",
                model.user_name(model.tensors[index]),
                found[0],
            )
            for (op, index), found in zip(operators, values, strict=True)
        ]


def open_litert(content: bytes) -> LiteRt:
    """The file as LiteRT is to run it.

    Raises:
        IsolatedError: the file is so damaged that it cannot be taken apart.
    """
    quantized, floats = call_isolated(_taken_apart, content)
    return LiteRt(content, floats, quantized)


def _taken_apart(content: bytes) -> tuple[bool, bytes]:
    quantized = is_quantized(content)
    return quantized, float_copy(content) if quantized else content
