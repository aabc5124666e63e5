"""What a training came to, as `mcuq finetune --json` writes it."""

from __future__ import annotations

from pydantic import Field

from mcuq.document import Document
from mcuq.written import Written


class Losses(Written):
    """The loss on training samples that were kept back."""

    before: float = Field(description="Before training.")
    after: float = Field(description="The lowest one.")


class TrainingOutcome(Written):
    """A model trained with its quantization simulated."""

    model: str = Field(description="Float `.tflite` that was written.")
    sidecar: str = Field(description="File of its grids, beside it.")
    epochs: int = Field(description="Passes over the training samples.")
    loss: Losses = Field(description="On training samples that were kept back.")
    bits: dict[str, int] = Field(description="Filter → bits that it was trained for.")
    metric: str | None = Field(
        default=None, description="Name of the metric of the next three; null without evaluation."
    )
    float_: float | None = Field(default=None, description="Of the float model.")
    before: float | None = Field(default=None, description="Quantized, before training.")
    after: float | None = Field(default=None, description="Quantized, after training.")


OUTCOME = Document(
    "finetune", TrainingOutcome, "what a fine-tuning came to", "`mcuq finetune --json`"
)
