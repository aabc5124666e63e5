"""Gradient of the divergence from the float model's outputs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from mcuq.numeric.elementary import expit, softmax
from mcuq.ops.operator import Values as Array
from mcuq.ops.softmax import SOFTMAX
from mcuq.ops.unary import LOGISTIC
from mcuq.score.loss import LossOutput


def divergence_gradient(
    loss_outputs: Sequence[LossOutput], reference: Mapping[str, Array], found: Mapping[str, Array]
) -> dict[str, Array]:
    """d mean(`mcuq.score.loss.divergence`) / d found, by head tensor.

    Args:
        loss_outputs: what is compared.
        reference, found: head tensor name → array (samples, …) of equal sizes.

    Returns:
        float32 arrays of the shapes of `found`; the mean is over the samples.
    """
    gradients: dict[str, Array] = {}
    for head in loss_outputs:
        a = reference[head.tensor].astype(np.float64)
        b = found[head.tensor].reshape(a.shape).astype(np.float64)
        part = (_slope(head, a, b) / len(a)).astype(np.float32).reshape(found[head.tensor].shape)
        gradients[head.tensor] = gradients.get(head.tensor, np.float32(0.0)) + part
    return gradients


def _slope(head: LossOutput, a: Array, b: Array) -> Array:
    if head.kind is SOFTMAX:
        difference = softmax(head.beta * b) - softmax(head.beta * a)
        slope: Array = head.beta * difference
    elif head.kind is LOGISTIC:
        slope = expit(b) - expit(a)
    else:
        slope = 2 * (b - a) / (max(float(a.var()), 1e-12) * a[0].size)
    return slope
