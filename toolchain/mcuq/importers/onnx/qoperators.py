"""Layers that compute on integers (QLinearConv, QGemm, …), spelled out as QDQ nodes.

onnxruntime's `quantize_static` writes them with QuantFormat.QOperator. Each is DequantizeLinear of
its operands, the float layer, and QuantizeLinear of the result; a bias has the product of the
scales of input and filter. The operands' order is that of ONNX and onnxruntime's ContribOperators.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from onnx import helper

_DROPPED = frozenset({"channels_last", "opset"})
"""Attributes of onnxruntime's own that the float layers do not have."""


class _Spelling:
    """The nodes that stand for one integer layer."""

    def __init__(self, proto: Any, kind: str) -> None:
        self._proto, self._kind = proto, kind
        self.count = len(proto.input)
        self._inputs = [*proto.input, *[""] * 9]
        self.nodes: list[Any] = []

    @property
    def attributes(self) -> dict[str, Any]:
        entries = self._proto.attribute
        return {entry.name: helper.get_attribute_value(entry) for entry in entries}

    def real(self, first: int, **attributes: Any) -> str:
        """The reals behind operands first (integers), first + 1 (scale), first + 2 (zero point)."""
        return self._node("DequantizeLinear", self._inputs[first : first + 3], attributes)

    def bias(self, number: int, factor: float = 1.0) -> str:
        """The reals behind int32 sums of products of operands 0 and 3."""
        if not self._inputs[number]:
            return ""
        scale = self._node("Mul", [self._inputs[1], self._inputs[4]], {})
        if factor != 1.0:
            value = helper.make_tensor("", 1, [], [factor])
            scale = self._node("Mul", [scale, self._node("Constant", [], {"value": value})], {})
        return self._node("DequantizeLinear", [self._inputs[number], scale], {"axis": 0})

    def finish(self, operands: list[str], scale: int) -> None:
        """The float layer, and its result as integers where operand `scale` says how."""
        kept = {name: value for name, value in self.attributes.items() if name not in _DROPPED}
        while operands[-1] == "":
            operands.pop()
        if not self._inputs[scale]:
            self._add(self._kind, operands, self._proto.output[0], kept)
            return
        result = self._node(self._kind, operands, kept)
        parameters = self._inputs[scale : scale + 2]
        self._add("QuantizeLinear", [result, *parameters], self._proto.output[0], {})

    def _node(self, kind: str, inputs: list[str], attributes: Mapping[str, Any]) -> str:
        name = f"{self._proto.output[0]}/{kind.lower()}{len(self.nodes)}"
        self._add(kind, inputs, name, attributes)
        return name

    def _add(self, kind: str, inputs: list[str], name: str, attributes: Mapping[str, Any]) -> None:
        self.nodes.append(helper.make_node(kind, inputs, [name], **attributes))


def _conv(layer: _Spelling) -> None:
    layer.finish([layer.real(0), layer.real(3, axis=0), layer.bias(8)], 6)


def _matmul(layer: _Spelling) -> None:
    layer.finish([layer.real(0), layer.real(3, axis=-1)], 6)


def _gemm(layer: _Spelling) -> None:
    axis = 0 if layer.attributes.get("transB", 0) else 1
    bias = layer.bias(6, layer.attributes.get("alpha", 1.0))
    layer.finish([layer.real(0), layer.real(3, axis=axis), bias], 7)


def _two(layer: _Spelling) -> None:
    layer.finish([layer.real(0), layer.real(3)], 6)


def _one(layer: _Spelling) -> None:
    layer.finish([layer.real(0)], 3)


def _concat(layer: _Spelling) -> None:
    layer.finish([layer.real(first) for first in range(2, layer.count, 3)], 0)


_LAYERS: Mapping[str, tuple[str, Callable[[_Spelling], None]]] = {
    "QLinearConv": ("Conv", _conv),
    "QLinearMatMul": ("MatMul", _matmul),
    "QGemm": ("Gemm", _gemm),
    "QLinearAdd": ("Add", _two),
    "QLinearMul": ("Mul", _two),
    "QLinearSigmoid": ("Sigmoid", _one),
    "QLinearLeakyRelu": ("LeakyRelu", _one),
    "QLinearSoftmax": ("Softmax", _one),
    "QLinearGlobalAveragePool": ("GlobalAveragePool", _one),
    "QLinearAveragePool": ("AveragePool", _one),
    "QLinearReduceMean": ("ReduceMean", _one),
    "QLinearConcat": ("Concat", _concat),
}
BECOMES = {
    name: f"{kind} between DequantizeLinear and QuantizeLinear"
    for name, (kind, _) in _LAYERS.items()
}
"""What stands in an operator's place."""
_DOMAINS = ("", "ai.onnx", "com.microsoft")


def spelled_out(nodes: Iterable[Any]) -> list[Any]:
    """The nodes with every integer layer as QDQ nodes; all others as they are.

    A layer that wants its channels last (only onnxruntime's own optimizer writes it) stays, and is
    then refused by name.
    """
    found: list[Any] = []
    for proto in nodes:
        kind, spell = _LAYERS.get(proto.op_type, ("", None))
        layer = _Spelling(proto, kind)
        if spell is None or proto.domain not in _DOMAINS or layer.attributes.get("channels_last"):
            found.append(proto)
            continue
        spell(layer)
        found.extend(layer.nodes)
    return found
