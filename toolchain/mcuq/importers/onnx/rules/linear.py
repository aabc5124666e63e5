"""Conv, Gemm, MatMul and BatchNormalization."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from mcuq.importers.builder import GraphBuilder
from mcuq.importers.onnx.layout import from_image, image, plain, result
from mcuq.importers.onnx.rules.common import NodeRule, computed_input, constant_inputs
from mcuq.importers.onnx.rules.windows import padded_image, window_constraints
from mcuq.importers.onnx.value import Node, NodeValue
from mcuq.importers.onnx.window import Window, read_window
from mcuq.ops.binary import ADD, MUL, BinaryAttrs
from mcuq.ops.operator import AnyOperator
from mcuq.ops.weighted import CONV_2D, DEPTHWISE_CONV_2D, FULLY_CONNECTED
from mcuq.ops.weighted_params import ConvAttrs, DepthwiseConvAttrs, FullyConnectedAttrs

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


def plain_gemm(node: Node) -> str | None:
    """A Gemm is a dense layer: rows times a matrix, plus one value a column.

    Export dense layers as torch.nn.Linear; products of two activations are not supported.
    """
    if node.integer("transA", 0):
        return "its first operand is transposed"
    if node.value(0).rank != 2 or node.value(1).rank != 2:
        return f"operands of {node.value(0).rank} and {node.value(1).rank} dimensions"
    depth = node.value(1).shape[1 if node.integer("transB", 0) else 0]
    columns = node.value(1).shape[0 if node.integer("transB", 0) else 1]
    if node.value(0).shape[1] != depth:
        return f"{node.value(0).shape} times a matrix of {depth} rows"
    bias = node.constant(2)
    if bias is None or bias.shape in ((), (1,), (1, 1), (columns,), (1, columns)):
        return None
    return f"a bias of shape {bias.shape}"


def matrix_of_weights(node: Node) -> str | None:
    """A MatMul is a dense layer: its second operand is a matrix of weights.

    Export dense layers as torch.nn.Linear; products of two activations are not supported.
    """
    x, weights = node.value(0), node.value(1)
    fits = x.rank >= 2 and weights.rank == 2 and x.shape[-1] == weights.shape[0]
    return None if fits else f"{x.shape} times {weights.shape}"


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


def _gemm(build: GraphBuilder, node: Node) -> list[NodeValue]:
    weights = np.asarray(node.constant(1), np.float64) * node.number("alpha", 1.0)
    stored = weights if node.integer("transB", 0) else weights.T
    inputs = [plain(build, node.value(0)), build.constant(stored, f"{node.name}/filter")]
    if node.has(2):
        bias = np.asarray(node.constant(2), np.float64).reshape(-1) * node.number("beta", 1.0)
        inputs.append(build.constant(np.broadcast_to(bias, stored.shape[:1]), f"{node.name}/bias"))
    name = build.op(FULLY_CONNECTED, FullyConnectedAttrs(), inputs, node.name)
    return [result(build, name, (0, 1))]


def _matmul(build: GraphBuilder, node: Node) -> list[NodeValue]:
    x = node.value(0)
    weights = build.constant(np.asarray(node.constant(1)).T, f"{node.name}/filter")
    attrs = FullyConnectedAttrs(keep_num_dims=x.rank > 2)
    name = build.op(FULLY_CONNECTED, attrs, [plain(build, x), weights], node.name)
    return [result(build, name, tuple(range(x.rank)))]


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
    "Gemm": NodeRule(_gemm, (computed_input, constant_weights, plain_gemm), 2),
    "MatMul": NodeRule(_matmul, (computed_input, constant_weights, matrix_of_weights), 2),
    "BatchNormalization": NodeRule(
        _batch_normalization,
        (computed_input, constant_inputs(1, 2, 3, 4), statistics_by_channel),
        5,
    ),
}
