"""From records to a Graph: operators in order, constants folded, shapes inferred and compared."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from mcuq.errors import InputError
from mcuq.graph import Graph, Op, State, Tensor
from mcuq.importers.budget import ConstantBudget
from mcuq.importers.constraints import check
from mcuq.importers.names import UniqueNames
from mcuq.importers.operators import unknown_kinds
from mcuq.importers.refusals import Refusals
from mcuq.importers.tflite.arithmetic import check_arithmetic
from mcuq.importers.tflite.batches import with_batches_of_one
from mcuq.importers.tflite.biases import flat_biases
from mcuq.importers.tflite.filters import flat_filters
from mcuq.importers.tflite.flatbuffer import malformed
from mcuq.importers.tflite.fold import FOLDABLE, fold
from mcuq.importers.tflite.general import (
    INPUT_CONSTRAINTS,
    OP_CONSTRAINTS,
    TfliteInput,
    known_operands,
    own_rule,
    real_operand,
)
from mcuq.importers.tflite.given_shapes import with_stated_shapes
from mcuq.importers.tflite.own_states import with_own_states
from mcuq.importers.tflite.parts import one_output_each
from mcuq.importers.tflite.real import real_values
from mcuq.importers.tflite.records import FileModel, FileOp, FileState, FileTensor
from mcuq.importers.tflite.recurrent import spelled_out
from mcuq.importers.tflite.running_sums import KIND as CUMSUM
from mcuq.importers.tflite.running_sums import layers_of_running_sums
from mcuq.importers.tflite.space_to_batch import gather_dilations
from mcuq.importers.tflite.stateless import check_stateless
from mcuq.importers.tflite.survey import file_graph
from mcuq.importers.tflite.tables import name_tables
from mcuq.importers.tflite.unrolling import unrolled
from mcuq.importers.tflite.variables import with_states
from mcuq.importers.tflite.wide_edges import widened_input, widened_output
from mcuq.interpret.float import run_float
from mcuq.numeric.element import Element
from mcuq.ops.attrs import NoAttrs
from mcuq.ops.conversion import QUANTIZE
from mcuq.ops.movement import RESHAPE, ReshapeAttrs
from mcuq.ops.repetition import BROADCAST_TO, BroadcastAttrs
from mcuq.ops.unary import LEAKY_RELU, LeakyReluAttrs
from mcuq.settings import READING
from mcuq.tflite.operators.catalog import CONVERSIONS, READABLE
from mcuq.tflite.operators.form import Rule, Step
from mcuq.tflite.operators.view import FileOperand, OpView, element_of

_RESCALING: Rule[Any] = Rule(LEAKY_RELU, "", lambda op: LeakyReluAttrs(1.0))
_WIDTH: Rule[Any] = Rule(QUANTIZE, "", lambda op: NoAttrs())


@dataclass(frozen=True)
class Converted:
    """The float graph, and the records its tensors come from.

    Attributes:
        graph: real numbers throughout.
        records: graph tensor → the record that says how the file stores it. A value that the file
            stores both as float and as integers has the integers' record.
    """

    graph: Graph
    records: Mapping[str, FileTensor]


def convert(
    model: FileModel,
    name: str | None,
    keep_rescaling: bool = False,
    anew: bool = False,
    refusals: Refusals | None = None,
) -> Converted:
    """The graph of a file's records.

    Args:
        model: the records.
        name: the graph's name; None takes the subgraph's.
        keep_rescaling: where the file changes integers from one scale to another, which leaves the
            real number as it is, add the operator that does so: a LEAKY_RELU of slope 1, or a
            QUANTIZE where their width changes, too.
        anew: what operators keep in variable tensors begins with zeros at every run.
        refusals: what the records are refused for already.

    Raises:
        InputError: an operator, type or shape is not supported, or the file contradicts itself.
    """
    name = name or model.name or "main"
    refusals = refusals or Refusals()
    model = with_batches_of_one(with_stated_shapes(model))
    model = unrolled(with_states(model, refusals), _evaluated, refusals)
    if keep_rescaling:
        model = with_own_states(model, refusals)
    else:
        model = spelled_out(model, refusals, anew)
    as_written, model = model, gather_dilations(one_output_each(name_tables(model)))
    known = {*READABLE, *FOLDABLE, CUMSUM}
    asked = [op for op in model.ops if op.index not in refusals.left]
    refusals.lead(
        unknown_kinds(
            ((_where(model, op), _called(op, known)) for op in asked),
            known,
            lambda: file_graph(as_written, _where),
        )
    )
    check_stateless(as_written, refusals)
    model = check_arithmetic(flat_filters(flat_biases(model)), refusals)
    model = layers_of_running_sums(model, keep_rescaling, refusals)
    known.remove(CUMSUM)
    conversion = _Conversion(model, keep_rescaling, refusals)
    for op in model.ops:
        readable = op.index not in refusals.left and _called(op, known) in known
        if not readable or not refusals.attempt(conversion.add, op):
            conversion.go_on_behind(op)
    refusals.check()
    return conversion.result(name)


def _evaluated(model: FileModel, values: npt.NDArray[Any]) -> list[npt.NDArray[Any]]:
    """Outputs of a model of one input, for these values of it."""
    graph = convert(model, None).graph
    found = run_float(graph, [values.reshape(1, *values.shape[1:])])
    return [found[name].reshape(graph.tensors[name].shape) for name in graph.outputs]


def _called(op: FileOp, known: Collection[str]) -> str:
    """Its kind; that of a custom operator is no known one, whatever its name."""
    return f"custom operator {op.kind}" if op.custom and op.kind in known else op.kind


def _where(model: FileModel, op: FileOp) -> str:
    output = model.tensors[op.outputs[0]].name if op.outputs else ""
    return f"operator {op.index} {op.kind} (output {output!r})"


class _Conversion:
    """The values known so far, by tensor index, and the operators lowered so far."""

    def __init__(self, model: FileModel, keep_rescaling: bool, refusals: Refusals) -> None:
        self._model = model
        self._keep_rescaling = keep_rescaling
        self._names = UniqueNames()
        self._budget = ConstantBudget()
        self._state_names = UniqueNames()
        self._tensors: dict[str, Tensor] = {}
        self._ops: list[Op] = []
        self._values: dict[int, FileOperand] = {}
        self._records: dict[str, FileTensor] = {}
        self._constant_outputs: dict[int, str] = {}
        self._lost: set[int] = set()
        for index in model.inputs:
            refusals.attempt(check, TfliteInput(model.tensors[index]), INPUT_CONSTRAINTS)
        self._inputs = [self._input(model.tensors[index]) for index in model.inputs]
        if not self._inputs:
            raise malformed("the model has no inputs")
        if len(set(model.inputs)) != len(model.inputs):
            raise malformed("an input of the model is listed twice")
        self._state_inputs = [self._input(model.tensors[s.read]) for s in model.states]
        # Results take their names before constants do, so that a layer keeps its plain name.
        self._result_names = {
            index: self._take_name(model.tensors[index]) for op in model.ops for index in op.outputs
        }

    def add(self, op: FileOp) -> bool:
        """Fold, pass through or lower one operator.

        Returns:
            Whether that was done: not where it reads a constant that nobody knows.
        """
        if not self._lost.isdisjoint(op.inputs):
            return False
        view = self._view(op)
        check(view, OP_CONSTRAINTS)
        output = op.outputs[0]
        if output in self._values:
            raise malformed(f"{view.where} writes a tensor that already has a value")
        if (folded := fold(view, exact=self._keep_rescaling)) is not None:
            self._values[output] = self._folded(view, self._model.tensors[output], folded)
        elif op.kind in CONVERSIONS and view.operands[0] is not None:
            self._values[output] = self._passed(op, view, view.operands[0])
        else:
            check(view, (own_rule,))
            self._values[output] = self._lower(op, view, READABLE[op.kind])
        return True

    def go_on_behind(self, op: FileOp) -> None:
        """Take the file's word for the results of an operator that is refused."""
        computed = self._lost.isdisjoint(op.inputs) and any(
            index in self._values and self._values[index].data is None for index in op.inputs
        )
        for index in op.outputs:
            if computed and index not in self._values:
                self._input(self._model.tensors[index])
            elif not computed:
                self._lost.add(index)

    def result(self, name: str) -> Converted:
        """The finished graph with its records."""
        outputs = tuple(
            self._output(index, self._model.outputs[:number].count(index))
            for number, index in enumerate(self._model.outputs)
        )
        if not outputs:
            raise malformed("the model has no outputs")
        states = tuple(map(self._state, self._state_inputs, self._model.states))
        graph = Graph(
            name, self._tensors, tuple(self._ops), tuple(self._inputs), outputs, states=states
        )
        return Converted(graph, self._records)

    def _state(self, read: str, state: FileState) -> State:
        written = self._values.get(state.written)
        if written is None or written.data is not None:
            raise InputError(
                f"variable {state.name!r} is assigned a constant",
                "export the model without it: after the first run it is a constant, too",
            )
        stored = self._model.tensors[state.read]
        initial = real_values(stored, state.initial)
        name = self._state_names.take(state.name, "state")
        return State(name, read, written.name, initial.astype(np.float32))

    def _folded(self, view: OpView, tensor: FileTensor, data: npt.NDArray[Any]) -> FileOperand:
        """A result that does not depend on the inputs. Of ZEROS_LIKE the integers are zeros."""
        self._compare_shape(view, tensor, data.shape)
        if view.kind == "ZEROS_LIKE" and tensor.quantization is not None:
            tensor = replace(tensor, data=data.astype(tensor.dtype))
        return self._constant(tensor, data if tensor.data is None else tensor.data)

    def _passed(self, op: FileOp, view: OpView, operand: FileOperand) -> FileOperand:
        """The same real number in another form."""
        check(view, (real_operand,))
        self._compare_shape(view, self._model.tensors[op.outputs[0]], operand.shape)
        stored, known = self._model.tensors[op.outputs[0]], self._records.get(operand.name)
        if stored.quantization is not None and known is not None and operand.data is None:
            if known.quantization is None or widened_input(self._model, known, op):
                self._records[operand.name] = stored
            elif self._keep_rescaling and self._rescales(known, stored):
                return self._lower(op, view, _RESCALING if known.dtype == stored.dtype else _WIDTH)
        return replace(operand, quantized=operand.quantized or stored.quantization is not None)

    def _rescales(self, known: FileTensor, stored: FileTensor) -> bool:
        """Whether the integers change; as int32 a model only gives them away."""
        widened = widened_output(self._model, stored)
        return known.quantization != stored.quantization and not widened

    def _input(self, tensor: FileTensor) -> str:
        """The name of what no operator computes."""
        name = self._take_name(tensor)
        quantized = tensor.quantization is not None
        self._values[tensor.index] = FileOperand(name, tensor.shape, tensor.dtype, quantized)
        self._tensors[name] = Tensor(name, tensor.shape, element=_known(tensor))
        self._records[name] = tensor
        return name

    def _output(self, index: int, earlier: int) -> str:
        """The graph's tensor for an output.

        Args:
            earlier: how many outputs before it are the same tensor: each has a name of its own.
        """
        value = self._values.get(index)
        tensor = self._model.tensors[index]
        if value is None and tensor.data is not None:
            value = self._constant(tensor, tensor.data)
        if value is not None and value.data is not None and value.is_real:
            return self._copied(tensor, value)
        if value is None or value.data is not None:
            raise InputError(
                f"output {tensor.name!r} is computed by no operator",
                "export the model again: each output is of real numbers, a layer's or constants",
            )
        again = earlier or value.name in self._inputs
        return self._again(tensor, value.name, earlier) if again else value.name

    def _again(self, tensor: FileTensor, source: str, number: int) -> str:
        """Another output of the same values, or one that is an input."""
        names = self._model.signature.get(tensor.index, ())
        wanted = names[number] if number < len(names) else source
        name = self._names.take(wanted, f"tensor{tensor.index}")
        self._records[name] = self._records.get(source, tensor)
        self._tensors[name] = replace(self._tensors[source], name=name)
        attrs = ReshapeAttrs(self._tensors[source].shape)
        self._ops.append(Op(RESHAPE, name, (source,), (name,), attrs))
        return name

    def _copied(self, tensor: FileTensor, value: FileOperand) -> str:
        """An output that is a constant: a copy of it, which a run writes like any other output."""
        name = self._constant_outputs[tensor.index]
        if name not in self._tensors:
            self._keep_constant(value)
            self._records[name] = tensor
            self._tensors[name] = Tensor(name, value.shape)
            copy = Op(BROADCAST_TO, name, (value.name,), (name,), BroadcastAttrs(value.shape))
            self._ops.append(copy)
        return name

    def _view(self, op: FileOp) -> OpView:
        output = self._result_names[op.outputs[0]] if op.outputs else ""
        operands = tuple(self._operand(op, index) for index in op.inputs)
        dtype = self._model.tensors[op.outputs[0]].dtype if op.outputs else ""
        form = (op.options, op.options_type, dtype)
        return OpView(op.index, op.kind, output, len(op.outputs), operands, *form)

    def _operand(self, op: FileOp, index: int) -> FileOperand | None:
        if index == -1:
            return None
        if index not in self._values:
            tensor = self._model.tensors[index]
            data = tensor.data
            if data is None and tensor.shape == (0,) and tensor.dtype in ("int32", "int64"):
                # The shape of a scalar: a constant of no number has no bytes to tell it by.
                data = np.zeros(0, tensor.dtype)
            if data is None:
                raise malformed(
                    f"operator {op.index} {op.kind} reads tensor {tensor.name!r} before it has "
                    "a value"
                )
            self._values[index] = self._constant(tensor, data)
        return self._values[index]

    def _constant(self, tensor: FileTensor, data: npt.NDArray[Any]) -> FileOperand:
        name = self._result_names.get(tensor.index) or self._take_name(tensor)
        if tensor.index in self._model.outputs:
            self._constant_outputs[tensor.index] = name
            name = self._names.take(f"{name}/value", "value")
        self._records[name] = tensor
        self._budget.take(data.size, f"tensor {name!r}")
        if tensor.quantization is None or data is not tensor.data:
            return FileOperand(name, data.shape, data.dtype.name, data=data)
        return FileOperand(name, data.shape, tensor.dtype, True, real_values(tensor, data))

    def _lower(self, op: FileOp, view: OpView, rule: Rule[Any]) -> FileOperand:
        check(view, (known_operands, *rule.constraints))
        steps = self._steps(rule, view)
        if steps:
            values = [operand for operand in view.operands if operand is not None]
        else:
            values = _graph_operands(rule, view)
            steps = (Step(rule.kind, rule.attrs(view), tuple(range(len(values)))),)
        tensor = self._model.tensors[op.outputs[0]]
        for step in steps[:-1]:
            name = self._names.take(f"{view.output_name}/{step.kind.name.lower()}", "step")
            values.append(self._added(view, step, values, name))
            source = None if step.stored_as is None else values[step.stored_as].name
            self._records[name] = tensor if source is None else self._records[source]
        kept = [self._kept(index) for index in op.outputs[1:]]
        result = self._added(view, steps[-1], values, view.output_name, *kept)
        self._compare_shape(view, tensor, result.shape)
        if _known(tensor) is not result.element:
            raise malformed(f"{view.where}: the file says {tensor.dtype}, its operands give others")
        self._records[result.name] = tensor
        return replace(result, dtype=tensor.dtype, quantized=tensor.quantization is not None)

    def _steps(self, rule: Rule[Any], view: OpView) -> tuple[Step, ...]:
        chosen = rule.stored_steps if self._keep_rescaling else None
        return (chosen or rule.steps)(view)

    def _kept(self, index: int) -> str:
        """The name of what an operator leaves in one of its states."""
        name, tensor = self._result_names[index], self._model.tensors[index]
        self._values[index] = FileOperand(name, tensor.shape, tensor.dtype, quantized=True)
        self._tensors[name] = Tensor(name, tensor.shape)
        self._records[name] = tensor
        return name

    def _added(
        self, view: OpView, step: Step, values: list[FileOperand], name: str, *kept: str
    ) -> FileOperand:
        """One operator of the graph and its result, float32 as far as is known."""
        operands = [values[number] for number in step.inputs]
        if step.indices is not None:
            indices = self._names.take(f"{name}/indices", "indices")
            operands.append(FileOperand(indices, step.indices.shape, "int32", False, step.indices))
        try:
            shape = step.kind.shape(step.attrs, [operand.shape for operand in operands])
        except ValueError as error:
            raise InputError(
                f"{view.where}: {error}", "the file is damaged: export it again"
            ) from None
        element = _result_element(view, step, operands)
        for operand in operands:
            self._keep_constant(operand)
        self._tensors[name] = Tensor(name, shape, element=element)
        inputs = tuple(operand.name for operand in operands)
        self._ops.append(Op(step.kind, name, inputs, (name, *kept), step.attrs))
        return FileOperand(name, shape, "float32" if element is Element.REAL else element, False)

    def _compare_shape(self, view: OpView, tensor: FileTensor, shape: tuple[int, ...]) -> None:
        """Raise where the file states another shape than inference gives."""
        if math.prod(shape) > READING.tensor_elements:
            raise InputError(
                f"{view.where}: a result of {shape} is too large", "reduce the input's size"
            )
        stated = tensor.signature
        same_rank = len(stated) == len(shape)
        agrees = same_rank and all(a in (-1, b) for a, b in zip(stated, shape, strict=same_rank))
        if stated and not agrees:
            raise InputError(
                f"{view.where}: the file says {stated}, its operands give {shape}",
                "export with a fixed input shape, batch 1",
            )

    def _keep_constant(self, operand: FileOperand) -> None:
        if operand.data is not None and operand.name not in self._tensors:
            data = np.ascontiguousarray(operand.data, np.float32)
            data.flags.writeable = False
            element = _known(operand)
            self._tensors[operand.name] = Tensor(operand.name, operand.shape, data, element)

    def _take_name(self, tensor: FileTensor) -> str:
        return self._names.take(self._model.user_name(tensor), f"tensor{tensor.index}")


def _known(tensor: FileTensor | FileOperand) -> Element:
    """What a tensor of a known type holds; of other types constraints have seen to."""
    if isinstance(tensor, FileTensor):
        return element_of(tensor.dtype, tensor.quantization is not None) or Element.REAL
    return tensor.element or Element.REAL


def _result_element(view: OpView, step: Step, operands: Sequence[FileOperand]) -> Element:
    try:
        return step.kind.element(step.attrs, [_known(operand) for operand in operands])
    except ValueError as error:
        raise InputError(
            f"{view.where}: {error}", "export the model so that this layer computes in float32"
        ) from None


def _graph_operands(rule: Rule[Any], view: OpView) -> list[FileOperand]:
    """The operands that become the graph operator's inputs; absent ones are left out."""
    chosen = (view.operands[number] for number in rule.reads(len(view.operands)))
    return [operand for operand in chosen if operand is not None]
