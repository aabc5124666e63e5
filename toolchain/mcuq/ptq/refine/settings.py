"""The refinement's tuned numbers: what each does, in which unit, and what is known of its value."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class RefineSettings:
    """How long and how fast the training goes; its rates fall to zero along half a cosine."""

    epochs: int = 4
    """Passes. Over the samples; 0 only solves the layers anew.

    Evidence: docs/settings.md: solving the layers anew does nearly all; on 798 and 1,024 samples no
    number of passes loses less than 0, 8 lose more. See `RefinementSettings.passes_over_many`.
    """
    mixed_below: int = 4
    """Bits. A model with a channel of fewer is trained on mixes of two samples each.

    Evidence: TODO
    """
    mixed_epochs: int = 16
    """Passes. As `epochs`, over mixes.

    Evidence: TODO
    """
    least_share: float = 0.5
    """Share. Of the sample that is passed over in a mix, at least; another one has the rest.

    Evidence: not measured: chosen by hand. Less would be the other sample's mix.
    """
    batch: int = 64
    """Samples. Of a step.

    Evidence: docs/settings.md: 16, 64 and 256 lose the same within the range of three seeds.
    """
    weight_rate: float = 0.003
    """Steps of the weight's scale. Largest change of a weight by one step of the training.

    Evidence: docs/settings.md: a quarter and four times as much lose the same on the digits; on
    ResNet-8 four times as much lose 3 % more.
    """
    scale_rate: float = 0.001
    """Relative. Largest change of a filter's scale by one step of the training.

    Evidence: docs/settings.md: 0, a quarter and four times as much lose the same within the range
    of three seeds.
    """
    bias_rate: float = 0.1
    """Steps of the output's scale. Largest change of a bias by one step of the training.

    Evidence: docs/settings.md: 0, 0.025 and 0.1 lose the same within the range of three seeds; with
    0.4 one of them loses 27 times as much.
    """
    lean: float = 0.3
    """Steps of the weight's scale. How far a weight starts from its integer, towards
    its float value.

    Evidence: docs/settings.md: 0, 0.15 and 0.49 lose the same. Below 0.5, so that training starts
    at the given integers.
    """
    first_decay: float = 0.9
    """Factor of a step. Adam's decay of the mean gradient.

    Evidence: Kingma and Ba (2014) propose it.
    """
    second_decay: float = 0.99
    """Factor of a step. Adam's decay of the squared gradient.

    Evidence: docs/settings.md: 0.999, which Kingma and Ba propose, loses the same. Its memory of a
    thousand steps is longer than the training.
    """
    seed: int = 0
    """Number. Of the samples' order.

    Evidence: none needed.
    """
