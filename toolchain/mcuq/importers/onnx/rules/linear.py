"""Conv and BatchNormalization."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from mcuq.importers.builder import GraphBuilder
from mcuq.importers.onnx.layout import from_image, image, result
from mcuq.importers.onnx.rules.common import NodeRule, computed_input, constant_inputs
from mcuq.importers.onnx.rules.windows import padded_image, window_constraints
from mcuq.importers.onnx.value import Node, NodeValue
from mcuq.importers.onnx.window import Window, read_window
from mcuq.ops.binary import ADD, MUL, BinaryAttrs
from mcuq.ops.operator import AnyOperator
from mcuq.ops.weighted import CONV_2D, DEPTHWISE_CONV_2D
from mcuq.ops.weighted_params import ConvAttrs, DepthwiseConvAttrs

Array = npt.NDArray[Any]


def constant_weights(node: Node) -> str | None:
    """Weights and biases are constants of the model.

    Layers whose weights are computed at run time (attention, hyper-networks) are not supported.
    """
    for number in range(1, len(node.inputs)):
        if node.has(number) and node.constant(number) is None:
            return f"input {number} is computed"
    return None


def fitting_filter(node: Node) -> str | None:
    """A convolution's filter matches its input and group count.

    The model is damaged: export it again.
    """
    x, filters, groups = node.value(0), node.value(1), node.integer("group", 1)
    if x.rank != filters.rank or groups < 1:
        return f"filter {filters.shape}, input {x.shape}, {groups} groups"
    fits = x.shape[1] == filters.shape[1] * groups and filters.shape[0] % groups == 0
    return None if fits else f"filter {filters.shape}, input {x.shape}, {groups} groups"


def statistics_by_channel(node: Node) -> str | None:
    """A batch normalization runs in inference mode, with statistics a channel.

    Call model.eval() before the export.
    """
    if node.integer("training_mode", 0) or len(node.outputs) > 1:
        return "it is in training mode"
    channels = node.value(0).shape[1] if node.value(0).rank > 1 else 0
    sizes = {node.value(number).shape for number in range(1, 5)}
    return None if sizes == {(channels,)} else f"statistics of {sizes} for {channels} channels"


def _conv(build: GraphBuilder, node: Node) -> list[NodeValue]:
    x, filters = node.value(0), np.asarray(node.constant(1))
    window = read_window(node, x.shape[2:], filters.shape[2:])
    pixels = padded_image(build, node, image(build, x), window)
    if x.rank == 3:
        filters = filters[:, :, None]
    kind, attrs, stored = _conv_form(filters, x.shape[1], window)
    inputs = [pixels, build.constant(stored, f"{node.name}/filter")]
    if node.has(2):
        inputs.append(build.constant(np.asarray(node.constant(2)), f"{node.name}/bias"))
    return [from_image(build, build.op(kind, attrs, inputs, node.name), x.rank)]


def _conv_form(
    filters: Array, channels: int, window: Window
) -> tuple[AnyOperator, ConvAttrs | DepthwiseConvAttrs, Array]:
    """A filter OIHW as a depthwise 1HWO where each channel is a group, else as OHWI."""
    outputs, depth = filters.shape[:2]
    if depth == 1 and channels > 1:
        depthwise = DepthwiseConvAttrs(
            window.stride, window.dilation, window.scheme, outputs // channels
        )
        return DEPTHWISE_CONV_2D, depthwise, filters.transpose(1, 2, 3, 0)
    attrs = ConvAttrs(window.stride, window.dilation, window.scheme)
    return CONV_2D, attrs, filters.transpose(0, 2, 3, 1)


def _batch_normalization(build: GraphBuilder, node: Node) -> list[NodeValue]:
    """x × factor + offset a channel; folding into the layer before happens later."""
    x = node.value(0)
    scale, bias, mean, variance = (
        np.asarray(node.constant(number), np.float64) for number in range(1, 5)
    )
    factor = scale / np.sqrt(variance + node.number("epsilon", 1e-5))
    offset = bias - mean * factor
    shape = [1] * x.rank
    shape[x.position(1)] = -1
    name = x.name
    for kind, values, suffix in (
        (MUL, factor, "/factor"),
        (ADD, offset, "/offset"),
    ):
        constant = build.constant(values.reshape(shape), node.name + suffix)
        name = build.op(kind, BinaryAttrs(), [name, constant], node.name)
    return [result(build, name, x.order)]


RULES = {
    "Conv": NodeRule(
        _conv, (computed_input, constant_weights, *window_constraints(1), fitting_filter), 2
    ),
    "BatchNormalization": NodeRule(
        _batch_normalization,
        (computed_input, constant_inputs(1, 2, 3, 4), statistics_by_channel),
        5,
    ),
}
