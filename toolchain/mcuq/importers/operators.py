"""Operators that are not supported: all of them named at once, with what comes nearest."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from mcuq.importers.constraints import check

_NEAREST = {
    "argmax": "leave it out and take the largest output on the device",
    "batchmatmul": "a dense layer with constant weights",
    "convinteger": "the float model, or quantize_static's form QDQ",
    "convtranspose": "nearest-neighbour upsampling and a convolution",
    "div": "a multiplication by the reciprocal of a constant",
    "edgetpu-custom-op": "the file from before the Edge TPU compiler",
    "dynamicquantizelinear": "the float model, or quantize_static's form QDQ",
    "ethos-u": "the file from before Vela",
    "gelu": "HARD_SWISH",
    "bidirectionalsequencelstm": "an LSTM in one direction",
    "bidirectionalsequencernn": "an LSTM in one direction",
    "matmulinteger": "the float model, or quantize_static's form QDQ",
    "max": "RELU",
    "maximum": "RELU",
    "maxpoolv2": "MAX_POOL_2D",
    "min": "RELU6",
    "minimum": "RELU6",
    "mirrorpad": "padding with zeros",
    "padv2": "padding with zeros",
    "reducesum": "MEAN and a multiplication",
    "unidirectionalsequencernn": "UNIDIRECTIONAL_SEQUENCE_LSTM",
    "selu": "a leaky ReLU",
    "softplus": "RELU",
    "sum": "MEAN and a multiplication",
    "thresholdedrelu": "RELU",
    "transposeconv": "nearest-neighbour upsampling and a convolution",
    "upsample": "Resize with mode nearest",
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
