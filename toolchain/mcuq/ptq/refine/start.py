"""Where the training starts: real-valued weights that round to a given quantized model."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from mcuq.graph import Graph
from mcuq.numeric.elementary import exp, log
from mcuq.ptq.refine.settings import RefineSettings
from mcuq.ptq.refine.simulation import Simulation, TrainedParameters
from mcuq.quantize.config import Config, WeightChoice
from mcuq.quantize.weights import QuantizedWeight, along_axis, within_limits
from mcuq.quantized.qgraph import QuantizedGraph


def start_parameters(
    graph: Graph, qgraph: QuantizedGraph, lean: float = RefineSettings.lean
) -> TrainedParameters:
    """Parameters that simulate `qgraph` exactly, leaning towards the float filters by up to `lean`
    steps."""
    parameters = TrainedParameters({}, {}, {})
    for op in qgraph.ops:
        if not op.kind.weighted:
            continue
        name = op.inputs[1]
        tensor, weight = qgraph.tensors[name], graph.tensors[name].data
        assert tensor.data is not None and weight is not None  # filters are constants
        wanted = weight / along_axis(tensor.scale.astype(np.float64), weight.ndim, tensor.axis)
        integers = tensor.data.astype(np.float64)
        parameters.steps[name] = integers + np.clip(wanted - integers, -lean, lean)
        parameters.log_scale[name] = log(tensor.scale.astype(np.float64))
        parameters.bias[op.output] = _bias(qgraph, op.inputs, qgraph.tensors[op.output].shape[-1])
    return parameters


def _bias(qgraph: QuantizedGraph, inputs: tuple[str, ...], channels: int) -> np.ndarray:
    if len(inputs) < 3:
        return np.zeros(channels)
    tensor = qgraph.tensors[inputs[2]]
    assert tensor.data is not None  # biases are constants
    return tensor.data * tensor.scale.astype(np.float64)


def as_weights(
    simulation: Simulation, config: Config, parameters: TrainedParameters
) -> dict[tuple[str, WeightChoice], QuantizedWeight]:
    """The parameters as a bank: for each filter the choice of `config`, its method `REFINED`."""
    bank: dict[tuple[str, WeightChoice], QuantizedWeight] = {}
    for output, layer in simulation.layers.items():
        name = layer.op.inputs[1]
        choice = replace(config.weight(name), method=REFINED)
        scale = exp(parameters.log_scale[name]).astype(np.float32)
        steps = within_limits(np.rint(parameters.steps[name]), choice.bits, choice.narrow)
        bank[name, choice] = QuantizedWeight(steps, scale, parameters.bias[output])
    return bank


REFINED = "refined"
"""Method name of refined filters."""
