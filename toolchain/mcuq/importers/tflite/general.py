"""Constraints on every input and every operator of a file, whatever its kind."""

from __future__ import annotations

from dataclasses import dataclass

from ai_edge_litert import schema_py_generated as schema

from mcuq.importers.tflite.records import FileOp, FileTensor
from mcuq.tflite.operators.catalog import OPTIONS, READABLE, RULES
from mcuq.tflite.operators.view import Constraint, OpView, element_of


@dataclass(frozen=True)
class TfliteInput:
    """An input of the model, as its constraints see it."""

    tensor: FileTensor

    @property
    def where(self) -> str:
        return f"input {self.tensor.name!r}"


def known_input(view: TfliteInput) -> str | None:
    """Inputs are float32, quantized integers, int32, int64 or bool.

    Export the model with a float32 input, or with int32 for indices.
    """
    dtype, quantization = view.tensor.dtype, view.tensor.quantization
    if quantization and dtype not in ("int8", "uint8", "int16", "int32"):
        return f"it is {dtype} with a scale"
    return None if element_of(dtype, quantization is not None) else f"it is {dtype}"


def computed_input(view: TfliteInput) -> str | None:
    """Inputs are given at run time.

    The file is damaged: export it again.
    """
    if view.tensor.stateful:
        return "it is a variable"
    return None if view.tensor.data is None else "it is a constant"


def static_input(view: TfliteInput) -> str | None:
    """Input shapes are static but for the batch.

    Export with fixed height, width and length: Input(shape=...) in Keras, or set the shapes before
    the conversion.
    """
    signature = view.tensor.signature
    if -1 in signature[1:]:
        return f"the shape is {signature}"
    return None if signature and 0 not in signature else f"the shape is {view.tensor.shape}"


def batch_of_one(view: TfliteInput) -> str | None:
    """The first dimension of an input is a batch of 1.

    Export with batch size 1: firmware runs one sample at a time.
    """
    return None if view.tensor.shape[0] == 1 else f"the shape is {view.tensor.shape}"


def one_output(op: OpView) -> str | None:
    """An operator has one output.

    The file is damaged: export it again.
    """
    rule = RULES.get(op.kind)
    own = op.output_count - (rule.kind.kept if rule else 0)
    return None if own == 1 else f"it has {op.output_count}"


def enough_operands(op: OpView) -> str | None:
    """An operator has the operands its kind asks for.

    The file is damaged: export it again.
    """
    rule = RULES.get(op.kind)
    required = rule.required if rule else 1
    present = [operand is not None for operand in op.operands[:required]]
    return None if len(present) == required and all(present) else f"it needs {required}"


def own_options(op: OpView | FileOp) -> str | None:
    """An operator's options are those of its kind, and say so.

    Interpreters leave out what is of another type: export the model again.
    """
    if op.options is None and op.options_type == schema.BuiltinOptions.NONE:
        return None
    expected = OPTIONS.get(op.kind)
    if not expected:
        return None
    if op.options_type == schema.BuiltinOptions.NONE:
        return "they are there without a type"
    matches = op.options_type == getattr(schema.BuiltinOptions, expected)
    return None if matches else f"they are of type {op.options_type}"


def own_rule(op: OpView) -> str | None:
    """Operators on shapes and stored weights work on constants.

    Export with a fixed input shape, batch 1, so that the converter can compute them in advance.
    """
    return None if op.kind in READABLE else "an operand is computed at run time"


def known_operands(op: OpView) -> str | None:
    """Layers take float32 numbers, quantized integers, int32 or int64 indices, and bool.

    Export the model in float32.
    """
    rule = RULES.get(op.kind)
    for number in rule.reads(len(op.operands)) if rule else (0,):
        operand = op.operands[number]
        if operand is not None and operand.element is None:
            return f"operand {number} {operand.name!r} is {operand.dtype}"
    return None


def real_operand(op: OpView) -> str | None:
    """Quantization is of real numbers.

    Export the model in float32.
    """
    operand = op.operands[0]
    return None if operand is None or operand.is_real else f"{operand.name!r} is {operand.dtype}"


INPUT_CONSTRAINTS = (computed_input, known_input, static_input, batch_of_one)
OP_CONSTRAINTS: tuple[Constraint, ...] = (
    one_output,
    enough_operands,
    own_options,
)
