"""Operators that are not supported: all of them named at once, with what comes nearest."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from mcuq.importers.constraints import check

_NEAREST = {
    "convinteger": "the float model, or quantize_static's form QDQ",
    "cumsum": "a product with a triangle of ones",
    "deformconv": "a convolution",
    "dynamicquantizelinear": "the float model, or quantize_static's form QDQ",
    "edgetpu-custom-op": "the file from before the Edge TPU compiler",
    "ethos-u": "the file from before Vela",
    "gatherelements": "Gather along one axis",
    "gridsample": "Resize",
    "hardmax": "ArgMax",
    "if": "an export with fixed shapes and one branch",
    "loop": "an export with fixed shapes, unrolled",
    "lppool": "AveragePool of the squares, and Sqrt",
    "lstm": "convolutions over time",
    "matmulinteger": "the float model, or quantize_static's form QDQ",
    "maxpoolv2": "MAX_POOL_2D",
    "maxroipool": "slices and MaxPool",
    "nonmaxsuppression": "leave it out and pick the boxes on the device",
    "nonzero": "a multiplication by a mask",
    "onehot": "Gather from an identity matrix",
    "rnn": "convolutions over time",
    "roialign": "slices and Resize",
    "scan": "an export with fixed shapes, unrolled",
    "scatterelements": "slices and Concat, or Where",
    "scatternd": "slices and Concat, or Where",
    "topk": "ReduceMax, or leave it out and pick the largest on the device",
    "unidirectionalsequencelstm": "convolutions over time",
}
_OPTIMIZED = tuple(
    f"com.microsoft.{kind}" for kind in ("fused", "nchwc.", "nhwc", "qlinear", "bias", "skip")
)
"""Beginnings of what ONNX Runtime's optimizer writes for its own use."""


@dataclass(frozen=True)
class Unknown:
    """The first operator of a model that is not supported, and the kinds of all others."""

    where: str
    kind: str
    others: tuple[str, ...] = ()


def known_operator(unknown: Unknown) -> str | None:
    """Operators are among those mcuq builds.

    Replace the layer by supported ones (docs/models.md lists them), or leave it out of the export.
    """
    kind = unknown.kind.replace("_", "").lower()
    nearest = _NEAREST.get(kind)
    if kind.startswith(_OPTIMIZED):
        nearest = "the file from before ONNX Runtime's optimizer (levels extended and all)"
    detail = f"{unknown.kind} is not supported"
    if nearest:
        detail += f"; nearest: {nearest}"
    if unknown.others:
        detail += f"; nor are {', '.join(unknown.others)}"
    return detail


def check_known(operators: Iterable[tuple[str, str]], known: Collection[str]) -> None:
    """Raise InputError where an operator, given as (place, kind), is of no known kind."""
    unknown = [(where, kind) for where, kind in operators if kind not in known]
    if unknown:
        where, kind = unknown[0]
        others = sorted({other for _, other in unknown} - {kind})
        check(Unknown(where, kind, tuple(others)), (known_operator,))
