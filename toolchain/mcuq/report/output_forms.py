"""Inputs and outputs of a written model as the user's own file has them: what data is read by."""

from __future__ import annotations

from collections.abc import Sequence

from mcuq.graph import Graph, Layout, State, Tensor
from mcuq.importers.refusals import Refusals
from mcuq.importers.tflite.records import FileModel, FileTensor
from mcuq.importers.tflite.variables import with_states
from mcuq.numeric.element import Element
from mcuq.result.manifest import Manifest, OutputFigures
from mcuq.score.answers import OutputForm, output_forms
from mcuq.tflite.operators.view import element_of


def recorded_forms(graph: Graph) -> tuple[tuple[OutputFigures, ...], tuple[OutputFigures, ...]]:
    """For the manifest: the graph's inputs, and its outputs."""
    inputs = tuple(_recorded(OutputForm(name, graph.layout(name))) for name in graph.inputs)
    return inputs, tuple(_recorded(form) for form in output_forms(graph))


def _recorded(form: OutputForm) -> OutputFigures:
    return OutputFigures(
        name=form.name,
        shape=form.layout.file_shape,
        order=form.layout.order,
        head=form.head,
        class_axis=form.class_axis,
    )


def ends_graph(model: FileModel, manifest: Manifest) -> Graph:
    """A graph of nothing but a TFLite model's inputs, outputs and states, laid out as the manifest
    says.

    Args:
        model: what the build wrote, or another tool made of the same model.
    """
    inputs = [_end(model.tensors[index]) for index in model.inputs]
    outputs = [_end(model.tensors[index]) for index in model.outputs]
    layouts = _layouts(inputs, manifest.inputs_as_given) | _layouts(
        outputs, manifest.outputs_as_given
    )
    states = tuple(
        State(state.name, model.tensors[state.read].name, state.name, state.initial)
        for state in with_states(model, Refusals()).states
    )
    return Graph(
        model.name,
        {tensor.name: tensor for tensor in (*inputs, *outputs)},
        (),
        tuple(tensor.name for tensor in inputs),
        tuple(tensor.name for tensor in outputs),
        layouts,
        states=states,
    )


def _end(tensor: FileTensor) -> Tensor:
    element = element_of(tensor.dtype, tensor.quantization is not None)
    return Tensor(tensor.name, tensor.shape, element=element or Element.REAL)


def manifest_forms(graph: Graph, manifest: Manifest) -> tuple[OutputForm, ...]:
    """What the manifest says of the outputs of `ends_graph`."""
    if len(manifest.outputs_as_given) != len(graph.outputs):
        return output_forms(graph)
    return tuple(
        OutputForm(one.name, graph.layout(name), one.head, one.class_axis)
        for name, one in zip(graph.outputs, manifest.outputs_as_given, strict=True)
    )


def _layouts(tensors: Sequence[Tensor], given: Sequence[OutputFigures]) -> dict[str, Layout]:
    if len(tensors) != len(given):
        return {}
    pairs = zip(tensors, given, strict=True)
    found = {tensor.name: (tensor, Layout(one.shape, one.order)) for tensor, one in pairs}
    return {
        name: layout
        for name, (tensor, layout) in found.items()
        if layout.graph_shape == tensor.shape
    }
