"""What a model answered, output by output, in the model file's own layout.

The one place where outputs, references, inputs and targets leave the graph's layout (channels
last): every metric, a user's own function included, sees the axes as the model file has them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from mcuq.arrange import in_file_layout
from mcuq.content import ByContent
from mcuq.data import Dataset, Labels
from mcuq.errors import InputError
from mcuq.graph import Graph, Layout, Op
from mcuq.ops.movement import RESHAPE, SQUEEZE, TransposeAttrs
from mcuq.ops.softmax import SOFTMAX
from mcuq.ops.unary import LOGISTIC
from mcuq.sequences import are_sequences, judged_steps

Array = npt.NDArray[np.float32]
LossOutput = Literal["softmax", "sigmoid", "values"]


@dataclass(frozen=True)
class OutputForm:
    """An output as its metric must know it.

    Attributes:
        name: of the tensor.
        layout: in the file and in the graph.
        head: what its values are: a distribution over classes, probabilities each for itself, or
            anything real.
        class_axis: of the file's axes, the one along which classes lie.
    """

    name: str
    layout: Layout
    head: LossOutput = "values"
    class_axis: int = -1


@dataclass(frozen=True, eq=False)
class Predictions(ByContent):
    """All that a metric may look at; every array's first axis counts the samples.

    Attributes:
        outputs: the judged model's outputs, real values, in the file's layout.
        data: the inputs it was given, in the file's layout, and, where known, the labels.
        reference: the float model's outputs on the same inputs, or None where not computed.
        forms: of the outputs; empty where nothing but their arrays is known.
    """

    outputs: tuple[Array, ...]
    data: Dataset
    reference: tuple[Array, ...] | None = None
    forms: tuple[OutputForm, ...] = ()


@dataclass(frozen=True, eq=False)
class Answer(ByContent):
    """One output of `Predictions`, with what is right for it.

    Attributes:
        number, count: which output, of how many.
        inputs: what the model was given.
        labels: None where there are none.
    """

    values: Array
    form: OutputForm
    inputs: tuple[Array, ...]
    reference: Array | None = None
    labels: Labels | None = None
    number: int = 0
    count: int = 1

    @property
    def where(self) -> str:
        """What errors call its labels."""
        return "'y'" if self.count == 1 else f"labels of output {self.form.name!r}"

    @property
    def values_a_sample(self) -> int:
        return int(self.values[0].size)

    @property
    def classes(self) -> int:
        """Values along the class axis."""
        return int(self.values.shape[self._axis])

    @property
    def original(self) -> Array | None:
        """The input of the output's own shape: what an autoencoder rebuilds."""
        return next((x for x in self.inputs if x.shape == self.values.shape), None)

    @property
    def rebuilds(self) -> bool:
        """Whether the model is an autoencoder: no distribution, and no labels a value."""
        if self.form.head == "softmax" or self.values_a_sample == 1 or self.original is None:
            return False
        return self.labels is None or self.labels[0].size != self.values_a_sample

    def by_class(self, values: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """An array of the output's shape as (samples, places, classes)."""
        moved = np.moveaxis(values, self._axis, -1)
        return moved.reshape(len(values), -1, moved.shape[-1])

    def targets(self) -> npt.NDArray[Any] | None:
        """Labels of the output's own shape, in the file's layout; None where they are others.

        Raises:
            InputError: they could be in two layouts.
        """
        if self.labels is None:
            return None
        return in_file_layout(self.labels, self.form.layout, self.where)

    def places(self) -> npt.NDArray[Any] | None:
        """Labels that are a number for each place, as (samples, places); None for others."""
        if self.labels is None:
            return None
        shape = np.delete(np.array(self.values.shape), self._axis)
        found = [n for n in self.labels.shape[1:] if n != 1]
        if found != [n for n in shape[1:] if n != 1]:
            return None
        return self.labels.reshape(len(self.labels), -1)

    @property
    def _axis(self) -> int:
        last = self.form.class_axis
        return last if last < 0 else last + self.values.ndim - len(self.form.layout.file_shape)


def answers(predictions: Predictions, output: int | None = None) -> tuple[Answer, ...]:
    """Every output, or one of them.

    `y` belongs to the only output that is judged; where there are several, each needs its own.
    """
    outputs, data = predictions.outputs, predictions.data
    forms = predictions.forms or tuple(_plain(i, values) for i, values in enumerate(outputs))
    chosen = range(len(outputs)) if output is None else (output,)
    return tuple(
        Answer(
            _a_value_or_more(outputs[i]),
            forms[i],
            data.inputs,
            None if predictions.reference is None else _a_value_or_more(predictions.reference[i]),
            _labels(data, i, len(chosen)),
            i,
            len(outputs),
        )
        for i in chosen
    )


def _a_value_or_more(values: Array) -> Array:
    """(samples, …): a scalar output has one value a sample."""
    return values.reshape(len(values), 1) if values.ndim == 1 else values


def _labels(data: Dataset, output: int, scored: int) -> Labels | None:
    if data.by_output and data.by_output[output] is not None:
        return data.by_output[output]
    return data.labels if scored == 1 else None


def _plain(number: int, values: Array) -> OutputForm:
    return OutputForm(f"output {number}", Layout.same((1, *values.shape[1:])))


def predictions_of(
    graph: Graph,
    data: Dataset,
    outputs: tuple[Array, ...],
    reference: tuple[Array, ...] | None = None,
    forms: tuple[OutputForm, ...] | None = None,
) -> Predictions:
    """What a metric is given of a model that answered `outputs`.

    Of sequences (samples, steps, …) every step is an answer; where labels are of whole sequences,
    the last one.

    Args:
        graph: the float model, or its edges alone.
        data: in the graph's layout, as `load_data` gives it.
        outputs, reference: in the graph's layout and order.
        forms: of the outputs; None finds them in the graph.
    """
    forms = output_forms(graph) if forms is None else forms
    if are_sequences(graph, data.inputs[0]):
        judged = judged_steps(data.inputs[0].shape[:2], (data.labels, *data.by_output))
        data = replace(
            data,
            inputs=tuple(map(judged, data.inputs)),
            labels=judged.labels(data.labels),
            by_output=tuple(map(judged.labels, data.by_output)),
        )
        outputs = tuple(map(judged, outputs))
        reference = None if reference is None else tuple(map(judged, reference))
    inputs = (
        _to_file(graph.layout(name), x) for name, x in zip(graph.inputs, data.inputs, strict=True)
    )
    return Predictions(
        _arranged(forms, outputs),
        replace(data, inputs=tuple(inputs)),
        None if reference is None else _arranged(forms, reference),
        forms,
    )


def first(predictions: Predictions, samples: int) -> Predictions:
    """Of the first so many samples."""
    reference = predictions.reference
    return replace(
        predictions,
        outputs=tuple(values[:samples] for values in predictions.outputs),
        data=predictions.data.take(samples),
        reference=None if reference is None else tuple(values[:samples] for values in reference),
    )


def _arranged(forms: tuple[OutputForm, ...], values: tuple[Array, ...]) -> tuple[Array, ...]:
    return tuple(_to_file(form.layout, one) for form, one in zip(forms, values, strict=True))


def _to_file(layout: Layout, values: Array) -> Array:
    return values if layout.is_same else layout.to_file(values)


def output_forms(graph: Graph) -> tuple[OutputForm, ...]:
    """The outputs of a graph, in its order."""
    makers = {name: op for op in graph.ops for name in op.outputs}
    return tuple(_form(graph, makers, name) for name in graph.outputs)


def _form(graph: Graph, makers: Mapping[str, Op], name: str) -> OutputForm:
    layout = graph.layout(name)
    head, axis = _trace(graph, makers, name)
    return OutputForm(name, layout, head, layout.order[axis] if layout.order else -1)


def _trace(graph: Graph, makers: Mapping[str, Op], name: str) -> tuple[LossOutput, int]:
    """What a tensor's values are, and its class axis: the last one, followed through transposes."""
    shape, op = graph.tensors[name].shape, makers.get(name)
    last = len(shape) - 1
    if op is None:
        return "values", last
    if op.kind == SOFTMAX:
        return "softmax", last
    if op.kind == LOGISTIC:
        return "sigmoid", _trace(graph, makers, op.inputs[0])[1]
    if isinstance(op.attrs, TransposeAttrs):
        head, axis = _trace(graph, makers, op.inputs[0])
        return head, op.attrs.perm.index(axis)
    if op.kind in (RESHAPE, SQUEEZE):
        head, axis = _trace(graph, makers, op.inputs[0])
        return head, _same_axis(graph.tensors[op.inputs[0]].shape, axis, shape)
    return "values", last


def _same_axis(before: tuple[int, ...], axis: int, after: tuple[int, ...]) -> int:
    """Where an axis is after a reshape that only adds or drops ones; else the last one."""
    kept = [i for i, n in enumerate(before) if n != 1]
    now = [i for i, n in enumerate(after) if n != 1]
    if axis not in kept or [before[i] for i in kept] != [after[i] for i in now]:
        return len(after) - 1
    return now[kept.index(axis)]


def find_output(graph: Graph, asked: str) -> int:
    """The number of an output that is named, or numbered from 0.

    Raises:
        InputError: there is none.
    """
    if asked in graph.outputs:
        return graph.outputs.index(asked)
    if asked.isdecimal() and int(asked) < len(graph.outputs):
        return int(asked)
    raise InputError(
        f"the model has no output {asked!r}", f"its outputs: {', '.join(graph.outputs)}"
    )
