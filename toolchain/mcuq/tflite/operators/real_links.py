"""Functions that TensorFlow Lite lacks, as chains of operators that it has of float32."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from mcuq.ops.attrs import NoAttrs
from mcuq.tflite.operators.links import ChainLink, Held, Links

_NEAR_ZERO = 1e-30


def _number(value: float) -> Held:
    return Held(np.array(value, np.float32))


def _add(*inputs: int | Held) -> ChainLink:
    return ChainLink("ADD", inputs, "", schema.AddOptionsT())


def _multiply(*inputs: int | Held) -> ChainLink:
    return ChainLink("MUL", inputs, "", schema.MulOptionsT())


def _gelu(source: int) -> ChainLink:
    options: Any = schema.GeluOptionsT()
    options.approximate = False
    return ChainLink("GELU", (source,), "", options)


def silu_links(attrs: NoAttrs) -> Links:
    """x × LOGISTIC(x)."""
    return (ChainLink("LOGISTIC", (0,)), _multiply(0, 1))


def softplus_links(attrs: NoAttrs) -> Links:
    """RELU(x) + log(1 + exp(-|x|))."""
    return (
        ChainLink("ABS", (0,), "", schema.AbsOptionsT()),
        ChainLink("NEG", (1,), "", schema.NegOptionsT()),
        ChainLink("EXP", (2,), "", schema.ExpOptionsT()),
        _add(3, _number(1)),
        ChainLink("LOG", (4,)),
        ChainLink("RELU", (0,)),
        _add(5, 6),
    )


def mish_links(attrs: NoAttrs) -> Links:
    """x × TANH(SOFTPLUS(x))."""
    softplus = softplus_links(attrs)
    last = len(softplus)
    return (*softplus, ChainLink("TANH", (last,)), _multiply(0, last + 1))


def hard_sigmoid_links(attrs: NoAttrs) -> Links:
    """RELU6(x + 3) / 6."""
    return (_add(0, _number(3)), ChainLink("RELU6", (1,)), _multiply(2, _number(1 / 6)))


def erf_links(attrs: NoAttrs) -> Links:
    """sign(x) × (2 × GELU(z) / z - 1) with z = √2 |x|, which is kept from zero."""
    return (
        ChainLink("ABS", (0,), "", schema.AbsOptionsT()),
        ChainLink("MAXIMUM", (1, _number(_NEAR_ZERO)), "", schema.MaximumMinimumOptionsT()),
        _multiply(2, _number(math.sqrt(2))),
        _gelu(3),
        ChainLink("DIV", (4, 3), "", schema.DivOptionsT()),
        _multiply(5, _number(2)),
        _add(6, _number(-1)),
        ChainLink("SIGN", (0,), "", schema.SignOptionsT()),
        _multiply(7, 8),
    )
