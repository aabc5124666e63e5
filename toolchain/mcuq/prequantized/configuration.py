"""The configuration that is in the integers of a model which was quantized elsewhere."""

from __future__ import annotations

from mcuq.quantize.config import Config, WeightChoice
from mcuq.quantized.qgraph import QuantizedGraph

GIVEN = "given"
"""Weight method and observer of what a file prescribes."""


def configuration(qgraph: QuantizedGraph) -> Config:
    """Bits by filter, as the tensors have them; method and observers are `GIVEN`."""
    filters = dict.fromkeys(op.inputs[1] for op in qgraph.ops if op.kind.weighted)
    choices = {name: WeightChoice(qgraph.tensors[name].bits, GIVEN) for name in filters}
    return Config(weights=choices, default_observer=GIVEN)
