"""What fine-tuning gained: one metric before and after, by exact integer arithmetic."""

from __future__ import annotations

from dataclasses import dataclass

from mcuq.data import Dataset
from mcuq.finetune.tuned import Tuned
from mcuq.graph import Graph
from mcuq.interpret.float import run_float
from mcuq.interpret.integer import dequantize_outputs, quantize_inputs, run_integer
from mcuq.score.answers import predictions_of
from mcuq.score.metrics import Metric


@dataclass(frozen=True)
class Gain:
    """The metric of the float model, of its post-training quantization, and after training."""

    metric: Metric
    float_model: float
    before: float
    after: float


def measure_gain(graph: Graph, before: Tuned, after: Tuned, data: Dataset, metric: Metric) -> Gain:
    """Judge both on `data`.

    Args:
        graph: the float model.
        before: what training started from, see `untrained`.
        after: what it ended with.
        data: evaluation samples.

    Raises:
        InputError: the data does not suit the metric.
    """
    outputs = run_float(graph, data.inputs)
    reference = tuple(outputs[name] for name in graph.outputs)

    def scored(tuned: Tuned) -> float:
        qgraph = tuned.quantized()
        stored = run_integer(qgraph, quantize_inputs(qgraph, data.inputs))
        reals = dequantize_outputs(qgraph, stored)
        values = tuple(reals[name] for name in qgraph.outputs)
        return metric.compute(predictions_of(graph, data, values, reference))

    float_model = metric.compute(predictions_of(graph, data, reference, reference))
    return Gain(metric, float_model, scored(before), scored(after))
