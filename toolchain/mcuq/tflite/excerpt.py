"""The first operators of a flatbuffer as a model of their own: to find the one that fails."""

from __future__ import annotations

from typing import Any

import flatbuffers
from ai_edge_litert import schema_py_generated as schema

_NAMES = {number: name for name, number in vars(schema.BuiltinOperator).items() if name.isupper()}


def operator_names(content: bytes) -> list[str]:
    """Kind and output of each operator, as users find them."""
    model = _read(content)
    subgraph = model.subgraphs[0]
    return [_name(model, subgraph, op) for op in subgraph.operators]


def keeps_state(content: bytes) -> bool:
    """Whether a run depends on those before: the model reads variables, resources or tensors."""
    model = _read(content)
    subgraph = model.subgraphs[0]
    read = {index for op in subgraph.operators for index in op.inputs if index >= 0}
    codes = {_code(model, op) for op in subgraph.operators}
    return schema.BuiltinOperator.READ_VARIABLE in codes or any(
        subgraph.tensors[index].isVariable for index in read
    )


def first_operators(content: bytes, count: int) -> bytes:
    """The model cut behind its first `count` operators; the last one's results are its outputs."""
    model = _read(content)
    subgraph = model.subgraphs[0]
    subgraph.operators = subgraph.operators[:count]
    subgraph.outputs = subgraph.operators[-1].outputs
    model.signatureDefs = None
    builder = flatbuffers.Builder(len(content))
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def _read(content: bytes) -> Any:
    return schema.ModelT.InitFromPackedBuf(content, 0)


def _name(model: Any, subgraph: Any, op: Any) -> str:
    kind: str = _NAMES.get(_code(model, op), "an operator")
    if not len(op.outputs):
        return kind
    output = subgraph.tensors[op.outputs[0]].name or b""
    return f"{kind} (output {output.decode(errors='replace')!r})"


def _code(model: Any, op: Any) -> int:
    code = model.operatorCodes[op.opcodeIndex]
    return max(int(code.builtinCode), int(code.deprecatedBuiltinCode))
