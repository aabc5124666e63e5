"""Files that read variables: weights that were not frozen, or a state that the model keeps."""

from __future__ import annotations

from mcuq.errors import InputError
from mcuq.importers.tflite.records import FileModel, FileOp

_VARIABLES = frozenset({"VAR_HANDLE", "READ_VARIABLE", "ASSIGN_VARIABLE", "CALL_ONCE"})


def check_frozen(model: FileModel) -> None:
    """Raise InputError where values come from variables, which the file does not hold."""
    op = next((op for op in model.ops if op.kind in _VARIABLES), None)
    if op is None:
        return
    written = next((op for op in model.ops if op.kind == "ASSIGN_VARIABLE"), None)
    if written is not None:
        raise InputError(
            f"{_where(model, written)}: the model keeps a state in variables from run to run, "
            "which is not supported",
            "export one step of it with the state as an input and an output: the caller keeps it",
        )
    raise InputError(
        f"{_where(model, op)}: the variables of the file are not frozen, "
        "so that its weights are not constants in it",
        "convert it again with tf.lite.TFLiteConverter.from_keras_model(model) or "
        "from_saved_model(folder), with experimental_enable_resource_variables = False",
    )


def check_stateless(model: FileModel) -> None:
    """Raise InputError where an operator reads or writes a tensor that keeps its value."""
    for op in model.ops:
        for index in (*op.inputs, *op.outputs):
            if index >= 0 and model.tensors[index].stateful:
                raise InputError(
                    f"{_where(model, op)}: {model.tensors[index].name!r} is a variable, whose "
                    "value interpreters keep from run to run",
                    "give a state as an input and an output of the model; freeze what never "
                    "changes",
                )


def _where(model: FileModel, op: FileOp) -> str:
    """The operator with the tensor that it makes, or else reads."""
    ends = (*op.outputs, *(index for index in op.inputs if index >= 0))
    name = f" ({model.tensors[ends[0]].name!r})" if ends else ""
    return f"operator {op.index} {op.kind}{name}"
