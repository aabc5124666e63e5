"""From bytes to records: identifier, version, bounds, indices and constant sizes are checked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from ai_edge_litert import schema_py_generated as schema

from mcuq.errors import InputError
from mcuq.importers.names import natural_order
from mcuq.importers.tflite import fields
from mcuq.importers.tflite.buffers import constant_data, quantization
from mcuq.importers.tflite.flatbuffer import FlatTable, malformed
from mcuq.importers.tflite.records import FileModel, FileOp, FileTensor
from mcuq.tflite.operators.catalog import RULES
from mcuq.tflite.operators.control import CALLS

_IDENTIFIER = b"TFL3"
_VERSION = 3


def _names(enum: Any) -> dict[int, str]:
    return {value: name for name, value in vars(enum).items() if isinstance(value, int)}


_TYPES = {number: name.lower() for number, name in _names(schema.TensorType).items()}
_KINDS = _names(schema.BuiltinOperator)
_UNREAD = "unread"
"""Type of a tensor that is not looked at."""
_CUSTOM = schema.BuiltinOperator.CUSTOM


def read_model(data: bytes) -> FileModel:
    """The first subgraph of a TFLite file, with those that its operators run.

    Raises:
        InputError: not a TFLite file, damaged, or an index or size in it is wrong.
    """
    if data[4:8] != _IDENTIFIER:
        raise InputError(
            "not a TFLite file: the identifier TFL3 is missing",
            "give a .tflite file as written by the TFLite converter",
        )
    model = FlatTable.root(data)
    version = model.scalar(fields.ModelField.VERSION, "<I", 0)
    if version != _VERSION:
        raise InputError(
            f"TFLite schema version {version} is not supported",
            f"convert the model again to schema version {_VERSION}",
        )
    subgraphs = model.tables(fields.ModelField.SUBGRAPHS)
    if not subgraphs:
        raise malformed("it has no subgraph")
    buffers = model.tables(fields.ModelField.BUFFERS)
    codes = [_code(table) for table in model.tables(fields.ModelField.OPERATOR_CODES)]
    main = _subgraph(subgraphs[0], codes, buffers)
    called: dict[int, FileModel] = {}
    waiting = _called(main, len(subgraphs))
    while waiting:
        number = waiting.pop()
        if number not in called:
            called[number] = _subgraph(subgraphs[number], codes, buffers)
            waiting += _called(called[number], len(subgraphs))
    return replace(main, signature=_signature(model), called=called)


def _called(model: FileModel, count: int) -> list[int]:
    """Numbers of the subgraphs that operators run."""
    found = []
    for op in model.ops:
        for field in CALLS.get(op.kind, ()):
            number = 0 if op.options is None else op.options.int32(field)
            if not 0 < number < count:
                raise malformed(f"{op.where} calls subgraph {number} of {count}")
            found.append(number)
    return found


def _subgraph(
    subgraph: FlatTable, codes: Sequence[tuple[str, bool]], buffers: Sequence[FlatTable]
) -> FileModel:
    tables = subgraph.tables(fields.SubGraphField.TENSORS)
    ops = tuple(
        _operator(index, table, codes, len(tables))
        for index, table in enumerate(subgraph.tables(fields.SubGraphField.OPERATORS))
    )
    inputs = subgraph.integers(fields.SubGraphField.INPUTS)
    outputs = subgraph.integers(fields.SubGraphField.OUTPUTS)
    _check_indices(inputs, len(tables), "the model's inputs")
    _check_indices(outputs, len(tables), "the model's outputs")
    used = {*inputs, *outputs, *(index for op in ops for index in (*op.inputs, *op.outputs))}
    tensors = tuple(
        _tensor(index, table, buffers) if index in used else _leftover(index, table)
        for index, table in enumerate(tables)
    )
    _refuse_written_constants(
        [tensors[i] for i in (*inputs, *(o for op in ops for o in op.outputs))]
    )
    name = subgraph.text(fields.SubGraphField.NAME)
    return FileModel(name, tensors, ops, inputs, outputs)


def _signature(model: FlatTable) -> dict[int, tuple[str, ...]]:
    """Names of inputs and outputs in the first signature of the first subgraph: several, in
    natural order, where outputs are one tensor."""
    for table in model.tables(fields.ModelField.SIGNATURES):
        if table.scalar(fields.SignatureField.SUBGRAPH, "<I", 0) == 0:
            maps = (
                *table.tables(fields.SignatureField.INPUTS),
                *table.tables(fields.SignatureField.OUTPUTS),
            )
            found: dict[int, tuple[str, ...]] = {}
            for entry in maps:
                index = int(entry.scalar(fields.TensorMapField.TENSOR, "<I", 0))
                names = (*found.get(index, ()), entry.text(fields.TensorMapField.NAME))
                found[index] = tuple(sorted(names, key=natural_order))
            return found
    return {}


def _tensor(index: int, table: FlatTable, buffers: Sequence[FlatTable]) -> FileTensor:
    name = table.text(fields.TensorField.NAME)
    where = f"tensor {index} ({name!r})"
    shape = table.integers(fields.TensorField.SHAPE)
    if min(shape, default=1) < 0:
        raise malformed(f"{where} has the shape {shape}")
    signature = _open_dimensions(shape, table.integers(fields.TensorField.SHAPE_SIGNATURE))
    dtype = _TYPES.get(table.scalar(fields.TensorField.TYPE, "<b", 0))
    if dtype is None:
        raise malformed(f"{where} has an unknown type")
    _refuse_exotic_storage(table, where)
    buffer = int(table.scalar(fields.TensorField.BUFFER, "<I", 0))
    if buffer >= len(buffers):
        raise malformed(f"{where} refers to buffer {buffer} of {len(buffers)}")
    data = constant_data(buffers[buffer], shape, dtype, where)
    return FileTensor(
        index,
        name,
        shape,
        signature,
        dtype,
        data,
        quantization(table.table(fields.TensorField.QUANTIZATION), shape, dtype, data, where),
        table.boolean(fields.TensorField.IS_VARIABLE),
    )


def _leftover(index: int, table: FlatTable) -> FileTensor:
    """A tensor that nothing reads or writes: no interpreter looks at what else it says."""
    name = table.text(fields.TensorField.NAME)
    return FileTensor(index, name, (), (), _UNREAD, None, None, False)


def _refuse_written_constants(tensors: Iterable[FileTensor]) -> None:
    """Raise where a tensor that is written has a constant's data: an interpreter would write into
    that, and into what shares it."""
    for tensor in tensors:
        if tensor.data is not None:
            raise malformed(
                f"tensor {tensor.index} ({tensor.name!r}) is both computed and a constant"
            )


def _open_dimensions(shape: tuple[int, ...], signature: tuple[int, ...]) -> tuple[int, ...]:
    """The static shape, with -1 where the signature leaves a dimension of 1 open.

    Converters write 1 for what they do not know. Everywhere else the static shape is what
    interpreters run with, whatever an old signature says.
    """
    if len(signature) != len(shape):
        return shape
    return tuple(
        -1 if stated == -1 and size == 1 else size
        for size, stated in zip(shape, signature, strict=True)
    )


def _refuse_exotic_storage(table: FlatTable, where: str) -> None:
    if table.has(fields.TensorField.SPARSITY):
        raise InputError(
            f"{where} is stored sparse, which is not supported",
            "convert the model without sparsity: pruned weights are welcome as dense tensors",
        )
    if table.scalar(fields.TensorField.EXTERNAL_BUFFER, "<I", 0):
        raise InputError(
            f"{where} keeps its data in another file, which is not supported",
            "export the model with its weights inside the .tflite file",
        )


def _code(table: FlatTable) -> tuple[str, bool]:
    """Name of an operator code, and whether it is a custom operator.

    Files have the code in an 8-bit field, a 32-bit one or both; interpreters take the larger.
    """
    number = max(
        table.scalar(fields.OperatorCodeField.DEPRECATED_BUILTIN_CODE, "<b", 0),
        table.int32(fields.OperatorCodeField.BUILTIN_CODE),
    )
    if number == _CUSTOM:
        return table.text(fields.OperatorCodeField.CUSTOM_CODE) or "CUSTOM", True
    return _KINDS.get(number, f"operator code {number}"), False


def _operator(
    index: int, table: FlatTable, codes: Sequence[tuple[str, bool]], count: int
) -> FileOp:
    code = int(table.scalar(fields.OperatorField.OPCODE_INDEX, "<I", 0))
    if code >= len(codes):
        raise malformed(f"operator {index} refers to operator code {code} of {len(codes)}")
    inputs = table.integers(fields.OperatorField.INPUTS)
    outputs = table.integers(fields.OperatorField.OUTPUTS)
    _check_indices([i for i in inputs if i != -1], count, f"operator {index}'s inputs")
    _check_indices(outputs, count, f"operator {index}'s outputs")
    kind, custom = codes[code]
    rule = None if custom else RULES.get(kind)
    return FileOp(
        index,
        kind,
        custom,
        inputs if rule is None else rule.seen(inputs),
        outputs,
        table.table(fields.OperatorField.OPTIONS),
        table.uint8(fields.OperatorField.OPTIONS_TYPE),
    )


def _check_indices(indices: Sequence[int], count: int, whose: str) -> None:
    for index in indices:
        if not 0 <= index < count:
            raise malformed(f"{whose} refer to tensor {index} of {count}")
