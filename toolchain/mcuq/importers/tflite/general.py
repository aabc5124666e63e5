"""Constraints on every input and every operator of a file, whatever its kind."""

from __future__ import annotations

from dataclasses import dataclass

from ai_edge_litert import schema_py_generated as schema

from mcuq.importers.tflite.records import FileOp, FileTensor
from mcuq.tflite.operators.catalog import OPTIONS, READABLE, RULES
from mcuq.tflite.operators.view import Constraint, OpView


@dataclass(frozen=True)
class TfliteInput:
    """An input of the model, as its constraints see it."""

    tensor: FileTensor

    @property
    def where(self) -> str:
        return f"input {self.tensor.name!r}"


def real_input(view: TfliteInput) -> str | None:
    """Inputs are float32, or quantized integers.

    Export the model with a float32 input; cast or look up embeddings before it.
    """
    dtype, quantization = view.tensor.dtype, view.tensor.quantization
    if dtype == "float32" or (dtype in ("int8", "uint8", "int16") and quantization):
        return None
    return f"it is {dtype}"


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
    return None if op.output_count == 1 else f"it has {op.output_count}"


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


def real_operands(op: OpView) -> str | None:
    """Layers compute with float32 numbers, or with quantized integers.

    Export the model in float32; integer and boolean arithmetic is not supported.
    """
    rule = RULES.get(op.kind)
    count = rule.tensors if rule else 1
    for number, operand in enumerate(op.operands[:count]):
        if operand is not None and not operand.is_real:
            return f"operand {number} {operand.name!r} is {operand.dtype}"
    return None


INPUT_CONSTRAINTS = (computed_input, real_input, static_input, batch_of_one)
OP_CONSTRAINTS: tuple[Constraint, ...] = (
    one_output,
    enough_operands,
    own_options,
)
