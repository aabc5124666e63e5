"""An ONNX file without the rounding of its activations: what its integers and halves stand for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from onnx import TensorProto, defs, helper, numpy_helper

from mcuq.importers.onnx.grid import limits
from mcuq.importers.onnx.qoperators import spelled_out
from mcuq.importers.onnx.rules.quantized import MOVES
from mcuq.witness.onnx_constants import FileConstants

_CLIP_INPUTS, _AXES = 11, 13
"""Operator sets: the bounds of Clip became inputs, DequantizeLinear got an axis."""
_OTHERS = (TensorProto.FLOAT16, TensorProto.BFLOAT16, TensorProto.DOUBLE)
_PASSED = MOVES | {"Clip", "Pad"}
"""Operators that integers may pass on their way to a DequantizeLinear."""
_STATED = {"Pad": (2,), "Clip": (1, 2)}
"""Which inputs of an operator on integers are integers themselves."""
_OWN = "com.microsoft"


@dataclass(frozen=True)
class _Grid:
    scale: float
    zero_point: int
    lowest: int
    highest: int

    def value(self, integer: int) -> float:
        return (integer - self.zero_point) * self.scale

    @property
    def span(self) -> tuple[float, float]:
        return self.value(self.lowest), self.value(self.highest)


def _opset(model: Any) -> int:
    """Version of the default operator set; the newest where the file states none."""
    versions = (int(e.version) for e in model.opset_import if e.domain in ("", "ai.onnx"))
    return max(versions, default=int(defs.onnx_opset_version()))


def spell_out(model: Any) -> None:
    """Every integer layer as its float layer between DequantizeLinear and QuantizeLinear."""
    nodes = spelled_out(model.graph.node)
    if _opset(model) < _AXES:  # a scale a channel is the runtime's own there
        for node in nodes:
            if node.op_type == "DequantizeLinear" and node.attribute:
                node.domain = _OWN
    if _OWN not in {entry.domain for entry in model.opset_import}:
        model.opset_import.append(helper.make_opsetid(_OWN, 1))
    _replace_nodes(model.graph, nodes)


def stored_steps(model: Any) -> tuple[tuple[float, float, float], ...]:
    """Of every activation's QuantizeLinear: smallest and largest real number, and the step."""
    spell_out(model)
    found = _grids(model).values()
    return tuple((*grid.span, grid.scale) for grid in found)


def leave_out_rounding(model: Any) -> None:
    """Activations keep their reals between QuantizeLinear and DequantizeLinear, inside the limits
    of the integers, and float32 where they were of half or double precision; constants stay as
    they are.
    """
    spell_out(model)
    _in_single_precision(model.graph)
    _Reals(model).rewrite()


def _in_single_precision(graph: Any) -> None:
    """Half and double precision become float32, constants with the values that they have."""
    for tensor in graph.initializer:
        _in_single(tensor)
    for node in graph.node:
        for entry in node.attribute:
            if entry.name in ("to", "output_dtype") and entry.i in _OTHERS:
                entry.i = TensorProto.FLOAT
            elif entry.HasField("t"):
                _in_single(entry.t)
    for end in (*graph.input, *graph.output):
        if end.type.tensor_type.elem_type in _OTHERS:
            end.type.tensor_type.elem_type = TensorProto.FLOAT


def _in_single(tensor: Any) -> None:
    if tensor.data_type in _OTHERS:
        values = numpy_helper.to_array(tensor).astype(np.float32)
        tensor.CopyFrom(numpy_helper.from_array(values, tensor.name))


class _Reals:
    """The rewriting of one model."""

    def __init__(self, model: Any) -> None:
        self._graph, self._opset = model.graph, _opset(model)
        self._grids, self._constants = _grids(model), FileConstants(model)
        # Values that are reals now, and the grid that each was on.
        self._on: dict[str, _Grid] = {}
        self._nodes: list[Any] = []

    def rewrite(self) -> None:
        for node in self._graph.node:
            self._rewrite(node)
        _replace_nodes(self._graph, self._nodes)
        del self._graph.value_info[:]

    def _rewrite(self, node: Any) -> None:
        grid = self._on.get(node.input[0]) if node.input else None
        if node.op_type == "QuantizeLinear" and node.output[0] in self._grids:
            self._clamp(node, self._grids[node.output[0]])
        elif node.op_type == "DequantizeLinear" and grid is not None:
            self._add("Identity", [node.input[0]], node.output[0])
        else:
            if grid is not None and node.op_type in _PASSED:
                self._state_in_reals(node, grid)
                self._on.update(dict.fromkeys(node.output, grid))
            self._nodes.append(node)

    def _clamp(self, node: Any, grid: _Grid) -> None:
        x, y = node.input[0], node.output[0]
        low, high = grid.span
        self._on[y] = grid
        if self._opset < _CLIP_INPUTS:
            self._add("Clip", [x], y, min=low, max=high)
            return
        bounds = [self._number(f"{y}/low", low), self._number(f"{y}/high", high)]
        self._add("Clip", [x, *bounds], y)

    def _state_in_reals(self, node: Any, grid: _Grid) -> None:
        """What an operator on integers states as integers, as the reals behind them."""
        if node.op_type == "Pad" and not any(node.input[2:3]):
            # Without a value it pads with the integer 0.
            given = list(node.input)
            del node.input[:]
            node.input.extend([*given[:2], "", *given[3:]])
        for number in _STATED.get(node.op_type, ()):
            if number >= len(node.input) or (not node.input[number] and node.op_type != "Pad"):
                continue
            name = node.input[number]
            stated = 0 if not name else int(self._constants[name].reshape(-1)[0])
            node.input[number] = self._number(f"{node.output[0]}/real{number}", grid.value(stated))

    def _number(self, name: str, value: float) -> str:
        self._graph.initializer.append(helper.make_tensor(name, TensorProto.FLOAT, [], [value]))
        return name

    def _add(self, kind: str, inputs: list[str], output: str, **attributes: Any) -> None:
        self._nodes.append(helper.make_node(kind, inputs, [output], **attributes))


def _grids(model: Any) -> Mapping[str, _Grid]:
    """Output of a QuantizeLinear of an activation → its grid."""
    constants = FileConstants(model)
    return {
        node.output[0]: _grid(node, constants)
        for node in model.graph.node
        if node.op_type == "QuantizeLinear" and node.input[0] not in constants.names
    }


def _grid(node: Any, constants: FileConstants) -> _Grid:
    scale, has_zero = constants[node.input[1]], len(node.input) > 2 and bool(node.input[2])
    zero = constants[node.input[2]].reshape(-1)[0] if has_zero else np.uint8(0)
    stated = {entry.name: entry.i for entry in node.attribute}.get("output_dtype", 0)
    known = helper.tensor_dtype_to_np_dtype(stated) if stated and not has_zero else zero.dtype
    ends = limits(np.dtype(known))
    if ends is None:
        raise ValueError(f"QuantizeLinear to {known}")
    return _Grid(float(scale.reshape(-1)[0]), int(zero), *ends)


def _replace_nodes(graph: Any, nodes: list[Any]) -> None:
    del graph.node[:]
    graph.node.extend(nodes)
