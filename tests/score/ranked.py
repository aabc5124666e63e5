"""Outputs by the search's own way through LiteRT."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from mcuq.emit.tflite import tflite_bytes
from mcuq.quantized import QuantizedGraph
from mcuq.score.loss import LossOutput
from mcuq.score.ranking import Ranker

Reals = npt.NDArray[np.float32]


def ranked(qgraph: QuantizedGraph, inputs: Sequence[Reals], tensor: str) -> Reals:
    """Real values of a tensor, all samples in one call."""
    ranker = Ranker((LossOutput(tensor),), tuple(inputs), {}, tflite_bytes)
    return ranker.outputs(qgraph, (0, len(inputs[0])))[tensor]
