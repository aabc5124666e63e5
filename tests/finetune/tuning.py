"""A small trained-looking model and the digits example, for fine-tuning."""

from __future__ import annotations

import numpy as np

from mcuq.data import Dataset, load_data
from mcuq.graph import Graph, Op, Tensor
from mcuq.importers import load_model
from mcuq.interpret.integer import quantize_inputs, run_integer
from mcuq.numeric.activation import Activation
from mcuq.ops.movement import RESHAPE, ReshapeAttrs
from mcuq.ops.softmax import SOFTMAX, SoftmaxAttrs
from mcuq.ops.weighted import CONV_2D, FULLY_CONNECTED
from mcuq.ops.weighted_params import ConvAttrs, FullyConnectedAttrs
from mcuq.quantized import QuantizedGraph
from mcuq.resources import example_dir

DIGITS = example_dir("digits")


def small_classifier() -> Graph:
    """conv + RELU6 → dense → softmax over 4 × 4 × 2 images."""
    rng = np.random.default_rng(5)
    constants = {
        "w": rng.normal(0, 0.5, (3, 3, 3, 2)),
        "b": rng.normal(0, 0.1, 3),
        "v": rng.normal(0, 0.5, (3, 12)),
        "c": rng.normal(0, 0.1, 3),
    }
    tensors = {
        name: Tensor(name, data.shape, data.astype(np.float32)) for name, data in constants.items()
    }
    shapes = {"x": (1, 4, 4, 2), "h": (1, 2, 2, 3), "f": (1, 12), "l": (1, 3), "p": (1, 3)}
    tensors |= {name: Tensor(name, shape) for name, shape in shapes.items()}
    conv = ConvAttrs(activation=Activation.RELU6)
    ops = (
        Op(CONV_2D, "h", ("x", "w", "b"), ("h",), conv),
        Op(RESHAPE, "f", ("h",), ("f",), ReshapeAttrs((1, 12))),
        Op(FULLY_CONNECTED, "l", ("f", "v", "c"), ("l",), FullyConnectedAttrs()),
        Op(SOFTMAX, "p", ("l",), ("p",), SoftmaxAttrs()),
    )
    return Graph("small", tensors, ops, ("x",), ("p",))


def small_data(samples: int = 64, seed: int = 1) -> Dataset:
    rng = np.random.default_rng(seed)
    return Dataset((rng.normal(0, 1, (samples, 4, 4, 2)).astype(np.float32),))


def digits() -> tuple[Graph, Dataset, Dataset]:
    """The example's model, training and evaluation data."""
    graph = load_model(DIGITS / "digits_float32.tflite")
    return graph, *(load_data(DIGITS / f"{name}.npz", graph) for name in ("train", "evaluation"))


def top1(qgraph: QuantizedGraph, data: Dataset) -> float:
    """Share of right answers by exact integer arithmetic."""
    outputs = run_integer(qgraph, quantize_inputs(qgraph, data.inputs))
    scores = outputs[qgraph.outputs[0]].reshape(len(data), -1)
    return float(np.mean(scores.argmax(axis=1) == data.labels))
