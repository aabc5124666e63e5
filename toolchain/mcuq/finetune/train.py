"""The training loop: shuffled batches, a held-back part that validation, the best state kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import tensorflow as tf

from mcuq.finetune.loss import Term
from mcuq.finetune.network import Network
from mcuq.finetune.settings import TRAINING, FinetuneSettings
from mcuq.finetune.teacher import Teacher
from mcuq.progress import Progress, ProgressCallback
from mcuq.ptq.blending import blended

# TensorFlow has no types of its own.
Array = Any
Arrays = Sequence[npt.NDArray[np.float32]]


def train(
    network: Network,
    teacher: Teacher,
    terms: Sequence[Term],
    inputs: Arrays,
    targets: Arrays,
    settings: FinetuneSettings,
    progress: ProgressCallback,
) -> tuple[float, ...]:
    """Train in place; the network is left in the state that was best on the held-back samples.

    The state before training takes part, so that training never makes it worse there.

    Returns:
        Loss on the held-back samples, before training and after each epoch.
    """
    rng = np.random.default_rng(settings.seed)
    order = rng.permutation(len(inputs[0]))
    held = max(1, round(settings.held_back * len(order)))
    held_out, kept = order[:held], order[held:] if held < len(order) else order
    session = _Session(network, teacher, terms, inputs, targets)
    epochs = settings.passes(len(kept))
    patience = settings.patience or epochs
    steps = epochs * -(-len(kept) // settings.batch)
    optimizer = _optimizer(settings.highest_rate(network.fewest_bits), steps)
    step = session.step_function(optimizer)
    validation = session.validation(held_out, np.random.default_rng(settings.seed))
    history, state = [session.validation_loss(validation)], session.state()
    for _ in range(epochs):
        progress(_progress(history, epochs))
        shuffled = rng.permutation(kept)
        for start in range(0, len(shuffled), settings.batch):
            step(*session.blended(shuffled[start : start + settings.batch], rng))
        loss = session.validation_loss(validation)
        if loss < min(history):
            state = session.state()
        history.append(loss)
        if len(history) - 1 - int(np.argmin(history)) >= patience:
            break
    session.restore(state)
    progress(_progress(history, epochs))
    return tuple(history)


def _optimizer(rate: float, steps: int) -> Any:
    """Adam, its rate rising over the first steps: its first steps are blind."""
    warm = max(1, steps // TRAINING.warm_share)
    schedule = tf.keras.optimizers.schedules.CosineDecay(
        0.0, max(1, steps - warm), warmup_target=rate, warmup_steps=warm
    )
    return tf.keras.optimizers.Adam(schedule)


def _progress(history: Sequence[float], epochs: int) -> Progress:
    note = f"held-back loss {min(history):.4f}"
    return Progress("finetune", len(history) - 1, epochs, note)


class _Session:
    """The network with its data."""

    def __init__(
        self,
        network: Network,
        teacher: Teacher,
        terms: Sequence[Term],
        inputs: Arrays,
        targets: Arrays,
    ) -> None:
        self._network, self._teacher, self._terms = network, teacher, terms
        self._inputs, self._targets = inputs, targets
        shapes = [[None, *x.shape[1:]] for x in (*inputs, *targets)]
        self._signature = [tf.TensorSpec(shape, tf.float32) for shape in shapes]
        self._loss_function = tf.function(
            self._loss, input_signature=self._signature, autograph=False
        )

    def batch(self, chosen: npt.NDArray[np.int64]) -> list[npt.NDArray[np.float32]]:
        """Inputs and targets of the chosen samples."""
        return [x[chosen] for x in (*self._inputs, *self._targets)]

    def blended(
        self, chosen: npt.NDArray[np.int64], rng: np.random.Generator
    ) -> list[npt.NDArray[Any]]:
        """The chosen samples, some with others blended in, and which: `step_function`'s batch."""
        inputs, changed = blended([x[chosen] for x in self._inputs], rng)
        return [*inputs, *(t[chosen] for t in self._targets), changed]

    def validation(
        self, held: npt.NDArray[np.int64], rng: np.random.Generator
    ) -> list[npt.NDArray[np.float32]]:
        """Inputs and targets of the held-back samples, and of blends where these are few."""
        whole = self.batch(held)
        more = TRAINING.fewest_held_back - len(held)
        if more <= 0:
            return whole
        inputs, _ = blended([x[np.resize(held, more)] for x in self._inputs], rng)
        answers = self._teacher([tf.convert_to_tensor(x) for x in inputs])
        told = [answer.numpy() for answer in answers]
        return [np.concatenate(pair) for pair in zip(whole, [*inputs, *told], strict=True)]

    def step_function(self, optimizer: Any) -> Any:
        """A function of one blended batch that takes one step.

        What the float model says to a changed sample takes the place of its target.
        """
        variables = self._network.variables
        count = len(self._inputs)

        def step(*batch: Array) -> None:
            inputs, targets, changed = batch[:count], batch[count:-1], batch[-1]
            told = [
                tf.where(tf.reshape(changed, (-1, *(1,) * (len(t.shape) - 1))), answer, t)
                for t, answer in zip(targets, self._teacher(inputs), strict=True)
            ]
            with tf.GradientTape() as tape:
                loss = self._loss(*inputs, *told)
            gradients = tape.gradient(
                loss, variables, unconnected_gradients=tf.UnconnectedGradients.ZERO
            )
            optimizer.apply_gradients(zip(gradients, variables, strict=True))

        optimizer.build(variables)
        signature = [*self._signature, tf.TensorSpec([None], tf.bool)]
        return tf.function(step, input_signature=signature, autograph=False)

    def validation_loss(self, validation: Arrays) -> float:
        """Mean loss of the judging samples."""
        total, count, size = 0.0, len(validation[0]), TRAINING.validated_together
        for start in range(0, count, size):
            part = [x[start : start + size] for x in validation]
            total += float(self._loss_function(*part)) * len(part[0])
        return total / count

    def state(self) -> list[npt.NDArray[np.float32]]:
        return [variable.numpy() for variable in self._network.variables]

    def restore(self, state: Sequence[npt.NDArray[np.float32]]) -> None:
        for variable, value in zip(self._network.variables, state, strict=True):
            variable.assign(value)

    def _loss(self, *batch: Array) -> Array:
        inputs, targets = batch[: len(self._inputs)], batch[len(self._inputs) :]
        values = self._network(inputs, [term.tensor for term in self._terms])
        parts = zip(self._terms, values, targets, strict=True)
        return tf.add_n([term.distance(value, target) for term, value, target in parts])
