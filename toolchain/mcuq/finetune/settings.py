"""How to train."""

from __future__ import annotations

from dataclasses import dataclass

_SAMPLES = 150_000


@dataclass(frozen=True)
class Settings:
    """Attributes:
    epochs: most passes over the training samples; None takes as many as make some 150,000
        samples, 20 to 150.
    batch: samples a step.
    rate: Adam's highest learning rate: reached after a tenth of the steps, then falling to zero
        along a cosine. In units of typical magnitudes: at 0.001 everything moves by about 1 % a
        step. None takes 0.0001, or 0.0005 where a filter has fewer than 4 bits and must move
        further.
    held_back: share of the samples that judges the epochs and is not trained on.
    patience: epochs without a better held-back loss before training stops; None goes through to
        the end: most of the loss falls last, as the rate does.
    label_share: weight of the labels in the loss, the float model's outputs have the rest; counts
        only for a classifier (SOFTMAX output) with class numbers as labels.
    seed: of the order of samples.
    """

    epochs: int | None = None
    batch: int = 32
    rate: float | None = None
    held_back: float = 0.1
    patience: int | None = None
    label_share: float = 0.0
    seed: int = 0

    def passes(self, samples: int) -> int:
        """Epochs over so many training samples."""
        if self.epochs is not None:
            return self.epochs
        return min(max(_SAMPLES // max(samples, 1), 20), 150)

    def highest_rate(self, fewest_bits: int) -> float:
        """The learning rate for a model whose narrowest filter has so many bits."""
        if self.rate is not None:
            return self.rate
        return 1e-4 if fewest_bits >= 4 else 5e-4
