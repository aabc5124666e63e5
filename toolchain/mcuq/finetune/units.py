"""The unit in which each parameter is trained.

Adam moves every number by about the learning rate, whatever the gradient. Folded filters have
magnitudes that differ by thousands between layers and channels, so each is trained as a multiple
of its own: at a rate of 0.001 a weight moves by about 1 % of its channel's root mean square a step,
a bias by 1 % of the standard deviation that its output would have if it filled its range evenly.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mcuq.finetune.plan import TrainingPlan
from mcuq.finetune.settings import TRAINING
from mcuq.graph import Op
from mcuq.ops.weighted import DEPTHWISE_CONV_2D

Unit = npt.NDArray[np.float32]

LOG_UNIT = np.float32(TRAINING.log_unit)
"""Of the logarithms of scales: a scale moves by about 1 % a step at a rate of 0.001."""
_STEPS = 255 / np.sqrt(12)
"""Standard deviation of values spread evenly over an int8 range, in steps."""


def parameter_units(plan: TrainingPlan) -> dict[str, Unit]:
    """Filter or bias → its unit, broadcastable against it."""
    units: dict[str, Unit] = {}
    for op in plan.graph.ops:
        if op.kind.weighted:
            units.setdefault(op.inputs[1], _filter_unit(plan, op))
            for bias in op.inputs[2:]:
                units.setdefault(bias, _bias_unit(plan, op))
    return units


def _filter_unit(plan: TrainingPlan, op: Op) -> Unit:
    """From each output channel's root mean square; of the whole filter where a channel is zero."""
    weight = plan.graph.tensors[op.inputs[1]].data
    assert weight is not None  # quantizing has refused computed filters
    axis = 3 if op.kind is DEPTHWISE_CONV_2D else 0
    others = tuple(i for i in range(weight.ndim) if i != axis)
    squares = np.square(weight, dtype=np.float64)
    channels = np.sqrt(squares.mean(axis=others, keepdims=True))
    whole = np.sqrt(squares.mean()) or 1.0
    return (np.where(channels > 0, channels, whole) / TRAINING.typical).astype(np.float32)


def _bias_unit(plan: TrainingPlan, op: Op) -> Unit:
    scale = float(plan.grids[plan.representative[op.output]].scale)
    return np.array(scale * _STEPS / TRAINING.typical, np.float32)
