"""Files whose weights are variables that the converter has not frozen."""

from __future__ import annotations

from mcuq.errors import InputError
from mcuq.frontends.tflite.records import FileModel

_VARIABLES = frozenset({"VAR_HANDLE", "READ_VARIABLE", "ASSIGN_VARIABLE", "CALL_ONCE"})


def check_frozen(model: FileModel) -> None:
    """Raise InputError where values come from variables, which the file does not hold."""
    op = next((op for op in model.ops if op.kind in _VARIABLES), None)
    if op is None:
        return
    name = model.tensors[op.outputs[0]].name if op.outputs else ""
    raise InputError(
        f"operator {op.index} {op.kind} ({name!r}): the variables of the file are not frozen, "
        "so that its weights are not constants in it",
        "convert it again with tf.lite.TFLiteConverter.from_keras_model(model) or "
        "from_saved_model(folder), with experimental_enable_resource_variables = False",
    )
