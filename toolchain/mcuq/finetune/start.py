"""Where training starts: filters fitted to the training samples, layer by layer."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

from mcuq.calibrate import Ranges
from mcuq.finetune.settings import TRAINING
from mcuq.finetune.tuned import TunedFilter
from mcuq.graph import Graph, Tensor
from mcuq.numeric import dequantize
from mcuq.ptq.candidates.recipe import recipe_for
from mcuq.ptq.candidates.sequence import Walk
from mcuq.quantize import Config, WeightChoice
from mcuq.quantize.scale_groups import use_counts
from mcuq.quantize.weights import along_axis


def fitted(
    graph: Graph,
    ranges: Ranges,
    config: Config,
    inputs: tuple[npt.NDArray[np.float32], ...],
    choices: Mapping[str, WeightChoice],
) -> tuple[dict[str, Tensor], dict[str, TunedFilter]]:
    """Filters on their grids, and the biases that suit them.

    Two bits leave nothing of filters that are merely rounded; the method "refit" (see
    `mcuq.ptq.candidates`) gives training a model that already works.

    Returns:
        The filters and biases that differ from the graph's, and each filter's grid.
    """
    recipe = recipe_for(WeightChoice(8, "refit"))
    plain = Config(
        default_observer=config.default_observer,
        observers=config.observers,
        activations=config.activations,
    )
    # One BLAS thread: sums come out the same on any machine load.
    with threadpool_limits(1):
        walk = Walk(graph, ranges, plain, [x[: TRAINING.fitted_to] for x in inputs])
        (weights,) = walk.on_quantized_inputs(choices, recipe)
    uses = use_counts(graph)
    tensors: dict[str, Tensor] = {}
    filters: dict[str, TunedFilter] = {}
    for op in graph.ops:
        if not op.kind.weighted:
            continue
        name, weight = op.inputs[1], weights[op.inputs[1]]
        filters[name] = TunedFilter(choices[name].bits, weight.scale)
        axis = filters[name].axis(op.kind)
        scale = along_axis(weight.scale, weight.values.ndim, axis).astype(np.float32)
        tensors[name] = Tensor(name, weight.values.shape, dequantize(weight.values, scale))
        alone = uses[name] == 1 and all(uses[bias] == 1 for bias in op.inputs[2:])
        if weight.bias is not None and alone:
            for bias in op.inputs[2:]:
                tensors[bias] = Tensor(bias, weight.bias.shape, weight.bias.astype(np.float32))
    return tensors, filters
