"""The float model as every later stage sees it: NHWC, static shapes, topological order."""

from mcuq.graph.graph import MAX_DIMENSIONS, Graph, Op, Tensor
from mcuq.graph.layout import Layout
from mcuq.graph.state import State

__all__ = ["MAX_DIMENSIONS", "Graph", "Layout", "Op", "State", "Tensor"]
