"""The grids of a tuned model, in a JSON file beside its float `.tflite`."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, PositiveFloat

from mcuq.atomic_write import write_atomically
from mcuq.choices import ActivationScheme
from mcuq.document import Document
from mcuq.errors import InputError
from mcuq.finetune.tuned import Tuned, TunedFilter
from mcuq.graph import Graph
from mcuq.reading import read_json_file

_HINT = "write it again with `mcuq finetune`"


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class StoredFilter(_Strict):
    """The grid of a filter."""

    bits: int = Field(ge=1, le=8, description="Of each value.")
    scale: tuple[PositiveFloat, ...] = Field(
        min_length=1, description="Real value of one step: one value, or one per channel."
    )


class Sidecar(_Strict):
    """The grids that a model was trained for; the file lies beside its float `.tflite`."""

    filters: dict[str, StoredFilter] = Field(description="Filter → its grid.")
    ranges: dict[str, tuple[FiniteFloat, FiniteFloat]] = Field(
        description="Activation → lowest and highest real value."
    )
    activations: ActivationScheme = Field(description="How ranges become scales.")


TUNED = Document(
    "tuned",
    Sidecar,
    "the grids of a fine-tuned model",
    "`MODEL.tuned.json`, by `mcuq finetune`",
    version=2,
    oldest=1,
    sealed=True,
)


def sidecar_path(model: Path) -> Path:
    """Where the grids of a model file are: `digits.tflite` → `digits.tuned.json`."""
    return model.with_suffix(".tuned.json")


def write_sidecar(tuned: Tuned, path: Path) -> None:
    """Write the grids.

    Raises:
        InputError: `path` cannot be written.
    """
    filters = {
        name: StoredFilter(bits=each.bits, scale=tuple(map(float, each.scale)))
        for name, each in tuned.filters.items()
    }
    sidecar = Sidecar(filters=filters, ranges=dict(tuned.ranges), activations=tuned.activations)
    write_atomically(path, TUNED.text(sidecar))


def read_sidecar(path: Path, graph: Graph) -> Tuned:
    """The tuned model from its float graph and the grids in `path`.

    Raises:
        InputError: the file cannot be read, or belongs to another model.
    """
    content = read_json_file(path, _HINT)
    try:
        sidecar = TUNED.parse(content)
    except ValueError as error:
        raise InputError(f"{path}: {error}", _HINT) from error
    filters = {
        name: TunedFilter(each.bits, np.array(each.scale, np.float32))
        for name, each in sidecar.filters.items()
    }
    if set(filters) != set(graph.weights) or set(sidecar.ranges) != set(graph.activations):
        raise InputError(f"{path} describes another model than '{graph.name}'", _HINT)
    return Tuned(graph, filters, sidecar.ranges, sidecar.activations)
