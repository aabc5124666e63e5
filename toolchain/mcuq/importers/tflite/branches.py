"""What the branches of an IF have to be, so that either can be written in its place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mcuq.errors import InputError
from mcuq.importers.tflite.flatbuffer import malformed
from mcuq.importers.tflite.records import FileModel, FileOp, FileTensor
from mcuq.tflite.operators.control import CALLS, VARIABLES


def check_branch(
    op: FileOp, inside: FileModel, values: Sequence[FileTensor], results: Sequence[FileTensor]
) -> None:
    """Raise where a branch takes values in another form than they have, or gives others.

    Interpreters copy the bytes, whatever they stand for.

    Args:
        inside: the branch.
        values, results: of the operator, the condition left out.

    Raises:
        InputError: numbers of values, types, shapes, scales or zero points differ.
    """
    for indices, wanted in ((inside.inputs, values), (inside.outputs, results)):
        found = [inside.tensors[index] for index in indices]
        if len(found) != len(wanted):
            raise malformed(f"{op.where} calls {inside.name!r} with {len(wanted)} values")
        for mine, other in zip(found, wanted, strict=True):
            if _form(mine) != _form(other):
                raise InputError(
                    f"{op.where} hands {other.name!r} over as {mine.name!r}, which has another "
                    "type, shape, scale or zero point",
                    "convert the model again: interpreters copy the bytes as they are",
                )


def _form(tensor: FileTensor) -> tuple[object, ...]:
    stored = tensor.quantization
    scales = () if stored is None else (stored.scale.tobytes(), stored.zero_point.tobytes())
    return (tensor.dtype, tensor.shape, *scales)


def check_pure(op: FileOp, inside: FileModel, called: Mapping[int, FileModel]) -> None:
    """Raise where a branch keeps something that it may change only where it is taken.

    Args:
        called: all subgraphs, by number.

    Raises:
        InputError: it, or what it calls, reads or writes a variable.
    """
    for each in inside.ops:
        if each.options is not None:
            for field in CALLS.get(each.kind, ()):
                check_pure(op, called[each.options.int32(field)], called)
    if any(each.kind in VARIABLES for each in inside.ops) or any(
        tensor.stateful for tensor in inside.tensors
    ):
        raise InputError(
            f"{op.where}: a branch keeps a state, and the condition depends on the input",
            "export the model with one branch, or keep the state outside of it",
        )
