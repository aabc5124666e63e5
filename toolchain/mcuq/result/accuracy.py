"""`accuracy.json`: where accuracy goes: layer by layer, class by class, sample by sample."""

from __future__ import annotations

import base64
import math
from typing import Literal, Self

from pydantic import Field, model_validator

from mcuq.document import Document
from mcuq.written import Written


class LayerErrorFigures(Written):
    """The output of one operator: the float model's values against the integers."""

    name: str = Field(description="Of the tensor, as in `config.json`.")
    operator: str = Field(description="Its kind, such as `CONV_2D`.")
    snr_db: float = Field(
        description="Energy of the float values over that of the difference, in decibels, at most "
        "200; all that comes before errs, too."
    )
    own_snr_db: float | None = Field(
        default=None,
        description="The same where this operator alone is in integers; null with states.",
    )
    cosine: float = Field(description="Of the angle between both as vectors; 1: the same.")
    worst_channel: int | None = Field(
        default=None, description="The channel with the least signal to noise; null without one."
    )
    worst_channel_snr_db: float | None = Field(default=None, description="Of that channel.")
    clipped: float = Field(description="Share of the float values beyond the integers' reach.")


class ClassFigures(Written):
    """The samples of one label, and how many of them were decided right."""

    number: int = Field(description="Of the class.")
    samples: int = Field(description="That have its label.")
    float_: int = Field(description="That the float model decides right.")
    quantized: int = Field(description="That what was built decides right.")


class Preview(Written):
    """A sample's first input, coarser where it is large, in 8 bits."""

    kind: Literal["image", "wave"] = Field(description="How it is drawn.")
    shape: tuple[int, ...] = Field(description="Height, width and channels; or steps (, channels).")
    low: float = Field(description="The value that 0 stands for.")
    high: float = Field(description="The value that 255 stands for.")
    data: str = Field(description="A byte a value, in base64; the last axis counts fastest.")

    @property
    def values(self) -> bytes:
        """As they are stored, 0 … 255."""
        return base64.b64decode(self.data, validate=True)

    @model_validator(mode="after")
    def _has_its_values(self) -> Self:
        if len(self.values) != math.prod(self.shape):
            raise ValueError(f"{len(self.values)} values are no sample of shape {self.shape}")
        return self


class FlippedSample(Written):
    """An evaluation sample that integers decide otherwise than the float model."""

    sample: int = Field(description="Its number in the evaluation data, from 0.")
    label: int | None = Field(default=None, description="Its class; null without labels.")
    float_: int = Field(description="What the float model decides.")
    quantized: int = Field(description="What was built decides.")
    float_sure: float = Field(description="The float model's output for its decision.")
    quantized_sure: float = Field(description="The output for its decision of what was built.")
    preview: Preview | None = Field(default=None, description="Of the first few.")


class Flips(Written):
    """Samples that are decided otherwise."""

    total: int = Field(description="How many.")
    lost: int | None = Field(default=None, description="That only the float model decides right.")
    gained: int | None = Field(default=None, description="That only what was built decides right.")
    samples: tuple[FlippedSample, ...] = Field(
        default=(), description="The first of them, those first that were lost."
    )


class Difference(Written):
    """A tensor that plain int8 would store otherwise."""

    name: str = Field(description="Of the tensor.")
    role: Literal["activation", "weight"] = Field(description="What it is in the model.")
    int8: str = Field(description="Width and method in plain int8.")
    built: str = Field(description="What was built.")
    rise: float | None = Field(
        default=None,
        description="Of the search loss over plain int8 with this choice alone; null: not scored.",
    )


class AccuracyFile(Written):
    """Where accuracy goes between the float model and what was built."""

    samples: int = Field(description="Evaluation samples on which layers were compared.")
    layers: tuple[LayerErrorFigures, ...] = Field(description="In execution order.")
    classes: tuple[ClassFigures, ...] = Field(
        default=(), description="Of a classifier with labels; empty otherwise."
    )
    float_confusion: tuple[tuple[int, ...], ...] | None = Field(
        default=None,
        description="The float model: row the label, column the decision, samples; null where "
        "there are no classes, or more than 64.",
    )
    confusion: tuple[tuple[int, ...], ...] | None = Field(
        default=None, description="The same of what was built."
    )
    flips: Flips | None = Field(default=None, description="Null where nothing is decided.")
    differences: tuple[Difference, ...] = Field(
        default=(), description="From plain int8 to what was built."
    )

    @model_validator(mode="after")
    def _is_square(self) -> Self:
        for matrix in (self.float_confusion, self.confusion):
            if matrix is not None and {len(matrix)} != {len(row) for row in matrix}:
                raise ValueError("a confusion matrix has a row and a column for every class")
        return self

    def layer(self, name: str) -> LayerErrorFigures | None:
        """The layer whose output is called `name`."""
        return next((one for one in self.layers if one.name == name), None)


ACCURACY = Document(
    "accuracy",
    AccuracyFile,
    "where accuracy goes: layer by layer, class by class, sample by sample",
    "`accuracy.json`, by `mcuq build` and `mcuq quantize` with samples of your own",
)
