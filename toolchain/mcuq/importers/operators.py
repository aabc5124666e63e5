"""Operators that are not supported: all of them named at once, with what comes nearest."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable

from mcuq.importers.missing import FileGraph, UnknownOperatorsError, unknown_operators

_NEAREST = {
    "argmax": "leave it out and take the largest output on the device",
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
    "reducesum": "MEAN and a multiplication",
    "unidirectionalsequencernn": "UNIDIRECTIONAL_SEQUENCE_LSTM",
    "selu": "a leaky ReLU",
    "softplus": "RELU",
    "thresholdedrelu": "RELU",
    "upsample": "Resize with mode nearest",
}
_OPTIMIZED = tuple(
    f"com.microsoft.{kind}" for kind in ("fused", "nchwc.", "nhwc", "qlinear", "bias", "skip")
)
"""Beginnings of what ONNX Runtime's optimizer writes for its own use."""


_HINT = (
    "Replace the layer by supported ones (docs/models.md lists them), leave it out of the export, "
    "or cut the model there: mcuq inspect shows how"
)


def nearest(kind: str) -> str:
    """What comes nearest to an operator that is not supported; empty where nothing does."""
    word = kind.replace("_", "").lower()
    if word.startswith(_OPTIMIZED):
        return "the file from before ONNX Runtime's optimizer (levels extended and all)"
    return _NEAREST.get(word, "")


def check_known(
    operators: Iterable[tuple[str, str]],
    known: Collection[str],
    graph: Callable[[], FileGraph] = lambda: FileGraph((), (), ()),
) -> None:
    """Refuse operators of no known kind.

    Args:
        operators: (place, kind) of each.
        known: kinds.
        graph: the file's own, to say what is missing in all; called only where something is.

    Raises:
        UnknownOperatorsError: names the first place, and every kind.
    """
    unknown = [(where, kind) for where, kind in operators if kind not in known]
    if not unknown:
        return
    where, kind = unknown[0]
    kinds = {other for _, other in unknown}
    detail = f"{kind} is not supported"
    if near := nearest(kind):
        detail += f"; nearest: {near}"
    if others := sorted(kinds - {kind}):
        detail += f"; nor are {', '.join(others)}"
    whole = graph()
    missing, cut = unknown_operators(whole, kinds, nearest)
    raise UnknownOperatorsError(
        f"{where}: Operators are among those mcuq builds ({detail})",
        _HINT,
        rule=f"{kind} is not supported",
        missing=missing,
        macs=sum(node.macs for node in whole.nodes),
        operators=len(whole.computed),
        cut=cut,
    )
