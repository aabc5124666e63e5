"""Fine-tuning's numbers: what each does, in which unit, and what is known of its value."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class FinetuneSettings:
    """How to train, as a user may ask for it."""

    epochs: int | None = None
    """Passes. Over the training samples, at most; None takes as many as `TRAINING` says.

    Evidence: see `TrainingSettings.samples`.
    """
    batch: int = 32
    """Samples. Of a step.

    Evidence: not measured: chosen by hand.
    """
    rate: float | None = None
    """Typical magnitudes. Adam's highest learning rate: reached after a part of the steps, then
    falling to zero along a cosine; at 0.001 everything moves by about 1 % a step. None takes
    `TRAINING`'s rate for the narrowest filter.

    Evidence: see `TrainingSettings.rate`.
    """
    held_back: float = 0.1
    """Share. Of the samples that decides between the epochs and is not trained on.

    Evidence: not measured: chosen by hand.
    """
    patience: int | None = None
    """Epochs. Without a better held-back loss before training stops; None goes through to the end:
    most of the loss falls last, as the rate does.

    Evidence: docs/finetune.md: ResNet-8's loss at int2 was least after the last of 41 epochs.
    """
    label_share: float = 0.0
    """Share. Of the labels in the loss, the float model's outputs have the rest; counts only for a
    classifier (SOFTMAX output) with class numbers as labels.

    Evidence: not measured: chosen by hand. No labels are needed so.
    """
    seed: int = 0
    """Number. Of the order of samples.

    Evidence: none needed.
    """

    def passes(self, samples: int) -> int:
        """Epochs over so many training samples."""
        if self.epochs is not None:
            return self.epochs
        wanted = TRAINING.samples // max(samples, 1)
        return min(max(wanted, TRAINING.fewest_epochs), TRAINING.most_epochs)

    def highest_rate(self, fewest_bits: int) -> float:
        """The learning rate for a model whose narrowest filter has so many bits."""
        if self.rate is not None:
            return self.rate
        return TRAINING.rate if fewest_bits >= 4 else TRAINING.narrow_rate


@dataclass(frozen=True)
class TrainingSettings:
    """What training takes where it is not asked for otherwise."""

    samples: int = 150_000
    """Samples. Passed in all epochs together.

    Evidence: chosen by hand for four minutes on ResNet-8 (700 samples a second on two cores,
    docs/finetune.md); more would help at two bits, as its held-back loss says.
    """
    fewest_epochs: int = 20
    """Passes. However many samples there are.

    Evidence: not measured: chosen by hand.
    """
    most_epochs: int = 150
    """Passes. However few samples there are.

    Evidence: not measured: chosen by hand.
    """
    rate: float = 1e-4
    """Typical magnitudes. The highest learning rate for filters of 4 bits and more.

    Evidence: not measured: chosen by hand.
    """
    narrow_rate: float = 5e-4
    """Typical magnitudes. The highest learning rate where a filter has fewer than 4 bits.

    Evidence: not measured: chosen by hand. Such filters have to move further.
    """
    warm_share: int = 10
    """Divisor. The rate rises over one step in so many: Adam's first steps are blind.

    Evidence: not measured: chosen by hand.
    """
    fitted_to: int = 512
    """Samples. That the filters are fitted to before training starts.

    Evidence: not measured: chosen by hand; as many as the search's candidates.
    """
    validated_together: int = 256
    """Samples. Of one call when the held-back loss is computed.

    Evidence: not measured: chosen by hand; it bounds memory.
    """
    fewest_held_back: int = 256
    """Samples. That decide between the epochs; where fewer are held back, blends of them are added.

    Evidence: not measured: chosen by hand. The loss of fewer is noise.
    """
    typical: float = 0.1
    """Units. What a parameter of typical magnitude is in the unit that it is trained in.

    Evidence: not measured: chosen by hand; with `rate` it says how far a step goes.
    """
    log_unit: float = 10.0
    """Units. Of the logarithm of a scale: at a rate of 0.001 it moves by about 1 % a step.

    Evidence: derived, so that scales move as fast as weights (`typical`).
    """


TRAINING = TrainingSettings()
