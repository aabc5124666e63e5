"""Quantized programs, in the child process: fake quantization spelled out, rounding left out."""

from __future__ import annotations

from typing import Any

_QUANTIZE = "quantize_per_tensor"
_DEQUANTIZE = "dequantize_per_tensor"


def spelled_out(torch: Any, program: Any) -> Any:
    """The program with fake quantization as a quantization and its reverse, as PT2E writes it."""
    kinds = {node.target for node in program.graph.nodes if node.op == "call_function"}
    table = {target: form for target, form in _forms(torch).items() if target in kinds}
    return program.run_decompositions(table) if table else program


def _forms(torch: Any) -> dict[Any, Any]:
    operators, aten = torch.ops.quantized_decomposed, torch.ops.aten

    def per_tensor(x: Any, scale: Any, zero_point: Any, low: int, high: int) -> Any:
        kind = _type(torch, low, high)
        stored = operators.quantize_per_tensor(x, scale, zero_point, low, high, kind)
        return operators.dequantize_per_tensor(stored, scale, zero_point, low, high, kind)

    def per_channel(x: Any, scale: Any, zero_point: Any, axis: int, low: int, high: int) -> Any:
        kind = _type(torch, low, high)
        zero_point = zero_point.to(torch.int64)
        stored = operators.quantize_per_channel(x, scale, zero_point, axis, low, high, kind)
        return operators.dequantize_per_channel(stored, scale, zero_point, axis, low, high, kind)

    return {
        aten.fake_quantize_per_tensor_affine.default: per_tensor,
        aten.fake_quantize_per_tensor_affine.tensor_qparams: per_tensor,
        aten.fake_quantize_per_channel_affine.default: per_channel,
    }


def _type(torch: Any, low: int, high: int) -> Any:
    """The type that holds integers from `low` to `high`."""
    if low >= 0:
        return torch.uint8 if high <= 255 else torch.uint16
    return torch.int8 if low >= -128 and high <= 127 else torch.int16


def is_quantized(program: Any) -> bool:
    """Whether activations are rounded to integers."""
    return any(_QUANTIZE in _name(node) for node in program.graph.nodes)


def without_rounding(module: Any) -> Any:
    """The module with activations that stay real, clamped to what the integers could hold.

    Args:
        module: of a program, its parameters being attributes; changed in place.
    """
    computed: set[Any] = set()
    clamped: set[Any] = set()
    for node in module.graph.nodes:
        if node.op == "placeholder" or any(each in computed for each in node.all_input_nodes):
            computed.add(node)
        moved = any(each in clamped for each in node.all_input_nodes)
        if node not in computed or node.op != "call_function":
            continue
        if _DEQUANTIZE in _name(node) and moved:
            node.target = _unchanged
        elif _QUANTIZE in _name(node) and _DEQUANTIZE not in _name(node):
            node.target = _clamped
            clamped.add(node)
        elif moved:
            clamped.add(node)
    module.recompile()
    return module


def _name(node: Any) -> str:
    return str(node.target)


def _clamped(x: Any, scale: Any, zero_point: Any, low: int, high: int, *others: Any) -> Any:
    return x.clamp((low - zero_point) * scale, (high - zero_point) * scale)


def _unchanged(x: Any, *others: Any, **named: Any) -> Any:
    return x
