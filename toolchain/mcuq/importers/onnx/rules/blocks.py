"""DepthToSpace and SpaceToDepth: a reshape, a transpose and a reshape."""

from __future__ import annotations

from mcuq.importers.builder import GraphBuilder
from mcuq.importers.onnx.rules.common import NodeRule, computed_input
from mcuq.importers.onnx.rules.steps import Steps
from mcuq.importers.onnx.value import Node, NodeValue

_MODES = ("DCR", "CRD")


def whole_blocks(node: Node) -> str | None:
    """A DepthToSpace or SpaceToDepth moves whole blocks of N, C, H, W.

    The model is damaged: export it again.
    """
    x, block, mode = node.value(), node.integer("blocksize", 0), node.text("mode", "DCR")
    if x.rank != 4 or block < 1 or mode not in _MODES:
        return f"blocks of {block} from {x.shape}, mode {mode}"
    _, channels, height, width = x.shape
    if node.kind == "DepthToSpace":
        return None if channels % block**2 == 0 else f"blocks of {block} from {channels} channels"
    return None if height % block == width % block == 0 else f"blocks of {block} from {x.shape}"


def _depth_to_space(build: GraphBuilder, node: Node) -> list[NodeValue]:
    x, steps, block = node.value(), Steps(build, node), node.integer("blocksize", 1)
    batch, channels, height, width = x.shape
    depth = channels // block**2
    if node.text("mode", "DCR") == "DCR":
        apart, perm = (batch, block, block, depth, height, width), (0, 3, 4, 1, 5, 2)
    else:
        apart, perm = (batch, depth, block, block, height, width), (0, 1, 4, 2, 5, 3)
    y = steps.transpose(steps.reshape(x, apart, "blocks"), perm)
    return [steps.reshape(y, (batch, depth, height * block, width * block))]


def _space_to_depth(build: GraphBuilder, node: Node) -> list[NodeValue]:
    x, steps, block = node.value(), Steps(build, node), node.integer("blocksize", 1)
    batch, channels, height, width = x.shape
    apart = (batch, channels, height // block, block, width // block, block)
    y = steps.transpose(steps.reshape(x, apart, "blocks"), (0, 3, 5, 1, 2, 4))
    return [steps.reshape(y, (batch, channels * block**2, height // block, width // block))]


_CHECKS = (computed_input, whole_blocks)

RULES = {
    "DepthToSpace": NodeRule(_depth_to_space, _CHECKS),
    "SpaceToDepth": NodeRule(_space_to_depth, _CHECKS),
}
