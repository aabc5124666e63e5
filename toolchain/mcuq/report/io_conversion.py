"""Inputs and outputs of a written model as the user's own file has them: what data is read by."""

from __future__ import annotations

from collections.abc import Sequence

from mcuq.graph import Graph, Layout, Tensor
from mcuq.importers.tflite.records import FileModel
from mcuq.result.manifest import EdgeFigures, Manifest
from mcuq.score.answers import Edge, find_edges


def recorded_edges(graph: Graph) -> tuple[tuple[EdgeFigures, ...], tuple[EdgeFigures, ...]]:
    """For the manifest: the graph's inputs, and its outputs."""
    inputs = tuple(_recorded(Edge(name, graph.layout(name))) for name in graph.inputs)
    return inputs, tuple(_recorded(edge) for edge in find_edges(graph))


def _recorded(edge: Edge) -> EdgeFigures:
    return EdgeFigures(
        name=edge.name,
        shape=edge.layout.file_shape,
        order=edge.layout.order,
        head=edge.head,
        class_axis=edge.class_axis,
    )


def edge_graph(model: FileModel, manifest: Manifest) -> Graph:
    """A graph of nothing but a TFLite model's inputs and outputs, laid out as the manifest says.

    Args:
        model: what the build wrote, or another tool made of the same model.
    """
    inputs = [Tensor(t.name, t.shape) for t in (model.tensors[i] for i in model.inputs)]
    outputs = [Tensor(t.name, t.shape) for t in (model.tensors[i] for i in model.outputs)]
    layouts = _layouts(inputs, manifest.inputs_as_given) | _layouts(
        outputs, manifest.outputs_as_given
    )
    return Graph(
        model.name,
        {tensor.name: tensor for tensor in (*inputs, *outputs)},
        (),
        tuple(tensor.name for tensor in inputs),
        tuple(tensor.name for tensor in outputs),
        layouts,
    )


def manifest_edges(graph: Graph, manifest: Manifest) -> tuple[Edge, ...]:
    """What the manifest says of the outputs of `edge_graph`."""
    if len(manifest.outputs_as_given) != len(graph.outputs):
        return find_edges(graph)
    return tuple(
        Edge(one.name, graph.layout(name), one.head, one.class_axis)
        for name, one in zip(graph.outputs, manifest.outputs_as_given, strict=True)
    )


def _layouts(tensors: Sequence[Tensor], given: Sequence[EdgeFigures]) -> dict[str, Layout]:
    if len(tensors) != len(given):
        return {}
    pairs = zip(tensors, given, strict=True)
    found = {tensor.name: (tensor, Layout(one.shape, one.order)) for tensor, one in pairs}
    return {
        name: layout
        for name, (tensor, layout) in found.items()
        if layout.graph_shape == tensor.shape
    }
