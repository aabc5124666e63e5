"""TensorFlow, for Keras files and SavedModel folders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from mcuq.errors import McuqError
from mcuq.importers.keras import convert_keras, run_keras
from mcuq.isolated import IsolatedError
from mcuq.witness.litert import open_litert
from mcuq.witness.outside import OutsideStep, Reals


@dataclass(frozen=True)
class Keras:
    """A model that TensorFlow has read in this process already."""

    path: Path
    is_quantized: bool = False

    @property
    def runtime(self) -> str:
        return f"TensorFlow {version('tensorflow')}"

    def real(self, inputs: Sequence[Reals]) -> list[Reals]:
        try:
            return run_keras(self.path, inputs)
        except McuqError:
            raise
        except Exception as error:
            # TensorFlow raises dozens of types for a layer that it cannot run.
            reason = str(error).strip() or type(error).__name__
            raise IsolatedError(reason.splitlines()[0], "") from error

    def given(self, inputs: Sequence[Reals]) -> list[Reals]:
        return self.real(inputs)

    def as_read(self, inputs: Sequence[Reals]) -> list[Reals] | None:
        return None

    def steps(self, inputs: Sequence[Reals]) -> list[OutsideStep]:
        """Of the converted model, by LiteRT: Keras keeps no results of operators."""
        content, order = convert_keras(self.path)
        return open_litert(content).steps([inputs[number] for number in order])
