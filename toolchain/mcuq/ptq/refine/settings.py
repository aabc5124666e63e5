"""The refinement's tuned numbers: what each does, in which unit, and what is known of its value."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    """How long and how fast the training goes; its rates fall to zero along half a cosine."""

    epochs: int = 4
    """Passes. Over the samples; 0 only solves the layers anew.

    Evidence: not measured: chosen by hand.
    """
    batch: int = 64
    """Samples. Of a step.

    Evidence: not measured: chosen by hand.
    """
    weight_rate: float = 0.003
    """Steps of the weight's scale. Largest change of a weight by one step of the training.

    Evidence: not measured: chosen by hand.
    """
    scale_rate: float = 0.001
    """Relative. Largest change of a filter's scale by one step of the training.

    Evidence: not measured: chosen by hand.
    """
    bias_rate: float = 0.1
    """Steps of the output's scale. Largest change of a bias by one step of the training.

    Evidence: not measured: chosen by hand.
    """
    lean: float = 0.3
    """Steps of the weight's scale. How far a weight starts from its integer, towards
    its float value.

    Evidence: not measured: chosen by hand. Below 0.5, so that training starts at the given
    integers.
    """
    first_decay: float = 0.9
    """Factor of a step. Adam's decay of the mean gradient.

    Evidence: Kingma and Ba (2014) propose it.
    """
    second_decay: float = 0.99
    """Factor of a step. Adam's decay of the squared gradient.

    Evidence: not measured: chosen by hand. Kingma and Ba propose 0.999, whose memory of a
    thousand steps is longer than the training.
    """
    seed: int = 0
    """Number. Of the samples' order.

    Evidence: none needed.
    """
