"""PyTorch, for exported programs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from mcuq.importers.pytorch.program import rounds, run
from mcuq.isolated import call_isolated
from mcuq.witness.outside import OutsideStep, Reals


@dataclass(frozen=True)
class PyTorch:
    """An exported program that PyTorch has read already."""

    path: Path
    is_quantized: bool

    @property
    def runtime(self) -> str:
        return f"PyTorch {version('torch')}"

    def real(self, inputs: Sequence[Reals]) -> list[Reals]:
        return call_isolated(run, self.path, list(inputs), False)

    def given(self, inputs: Sequence[Reals]) -> list[Reals]:
        return call_isolated(run, self.path, list(inputs))

    def as_read(self, inputs: Sequence[Reals]) -> list[Reals] | None:
        return None

    def steps(self, inputs: Sequence[Reals]) -> list[OutsideStep]:
        """None: the exporter to ONNX gives operators names of its own."""
        return []


def open_pytorch(path: Path) -> PyTorch:
    """The program as PyTorch is to run it.

    Raises:
        IsolatedError: it cannot be read.
    """
    return PyTorch(path, call_isolated(rounds, path))
