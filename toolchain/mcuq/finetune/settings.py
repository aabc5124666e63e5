"""How to train."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    """Attributes:
    epochs: most passes over the training samples.
    batch: samples a step.
    rate: Adam's learning rate at the start; it falls to zero along a cosine. Scales are trained
        by their logarithm at the same rate.
    held_back: share of the samples that judges the epochs and is not trained on.
    patience: epochs without a better held-back loss before training stops.
    label_share: weight of the labels in the loss, the float model's outputs have the rest; counts
        only for a classifier (SOFTMAX output) with class numbers as labels.
    seed: of the order of samples.
    """

    epochs: int = 20
    batch: int = 32
    rate: float = 1e-3
    held_back: float = 0.1
    patience: int = 8
    label_share: float = 0.0
    seed: int = 0
