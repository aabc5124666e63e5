"""SOFTMAX, LOG_SOFTMAX and L2_NORMALIZATION: what is taken over rows."""

from __future__ import annotations

import math
from enum import IntEnum
from typing import Any

from mcuq.numeric.activation import Activation
from mcuq.ops.l2_normalization import L2_NORMALIZATION
from mcuq.ops.log_softmax import LOG_SOFTMAX
from mcuq.ops.softmax import SOFTMAX, SoftmaxAttrs
from mcuq.tflite.operators.common import ACTIVATIONS, no_attrs, requiring
from mcuq.tflite.operators.form import Rule, TfliteForm, no_constants, no_options
from mcuq.tflite.operators.version import ByType
from mcuq.tflite.operators.view import OpView


class Softmax(IntEnum):
    """SoftmaxOptions."""

    BETA = 0


class L2Norm(IntEnum):
    """L2NormOptions."""

    ACTIVATION = 0


def no_activation(op: OpView) -> str | None:
    """A normalization has no fused activation.

    Export the activation as a layer of its own.
    """
    fused = op.uint8(L2Norm.ACTIVATION)
    return None if fused == ACTIVATIONS[Activation.NONE] else f"it has number {fused}"


def positive_beta(op: OpView) -> str | None:
    """Softmax's beta is positive and finite.

    The file is damaged or beta was left out: export it again with beta 1.
    """
    beta = op.float32(Softmax.BETA)
    return None if math.isfinite(beta) and beta > 0 else f"it is {beta}"


def has_dimensions(op: OpView) -> str | None:
    """Softmax runs over the last dimension of its input.

    Give the input a dimension for the classes.
    """
    return None if op.shape(0) else "the input is a scalar"


def _write(attrs: SoftmaxAttrs, options: Any) -> None:
    options.beta = attrs.beta


FORMS = (
    TfliteForm(
        Rule(
            SOFTMAX,
            "SoftmaxOptions",
            lambda op: SoftmaxAttrs(op.float32(Softmax.BETA)),
            requiring(has_dimensions, positive_beta),
        ),
        write=_write,
        constants=no_constants,
        version=ByType(int8=2, int16=3),
        resolver="AddSoftmax",
    ),
    TfliteForm(
        Rule(LOG_SOFTMAX, "LogSoftmaxOptions", no_attrs, requiring(has_dimensions)),
        write=no_options,
        constants=no_constants,
        version=ByType(int8=2, int16=1),
        resolver="AddLogSoftmax",
    ),
    TfliteForm(
        Rule(L2_NORMALIZATION, "L2NormOptions", no_attrs, requiring(no_activation)),
        write=no_options,
        constants=no_constants,
        version=ByType(int8=2, int16=1),
        resolver="AddL2Normalization",
    ),
)
