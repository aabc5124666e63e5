"""Operators that are not supported: all of them named at once, with what comes nearest."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable

from mcuq.errors import Refusal
from mcuq.importers.missing import FileGraph, UnknownOperatorsError, unknown_operators

_NEAREST = {
    "convinteger": "the float model, or quantize_static's form QDQ",
    "cumsum": "a product with a triangle of ones",
    "deformconv": "a convolution",
    "dynamicquantizelinear": "the float model, or quantize_static's form QDQ",
    "edgetpu-custom-op": "the file from before the Edge TPU compiler",
    "ethos-u": "the file from before Vela",
    "bidirectionalsequencelstm": "an LSTM in one direction",
    "bidirectionalsequencernn": "an LSTM in one direction",
    "gatherelements": "Gather along one axis",
    "gridsample": "Resize",
    "hardmax": "ArgMax",
    "if": "an export with fixed shapes and one branch",
    "lstm": "UNIDIRECTIONAL_SEQUENCE_LSTM",
    "loop": "an export with fixed shapes, unrolled",
    "lppool": "AveragePool of the squares, and Sqrt",
    "matmulinteger": "the float model, or quantize_static's form QDQ",
    "maxpoolv2": "MAX_POOL_2D",
    "maxroipool": "slices and MaxPool",
    "nonmaxsuppression": "leave it out and pick the boxes on the device",
    "nonzero": "a multiplication by a mask",
    "onehot": "Gather from an identity matrix",
    "roialign": "slices and Resize",
    "scan": "an export with fixed shapes, unrolled",
    "scatterelements": "slices and Concat, or Where",
    "scatternd": "slices and Concat, or Where",
    "topk": "ReduceMax, or leave it out and pick the largest on the device",
    "unidirectionalsequencernn": "UNIDIRECTIONAL_SEQUENCE_LSTM",
}
_OPTIMIZED = tuple(
    f"com.microsoft.{kind}" for kind in ("fused", "nchwc.", "nhwc", "qlinear", "bias", "skip")
)
"""Beginnings of what ONNX Runtime's optimizer writes for its own use."""

_RULE = "Operators are among those mcuq builds"
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


def unknown_kinds(
    operators: Iterable[tuple[str, str]],
    known: Collection[str],
    graph: Callable[[], FileGraph] = lambda: FileGraph((), (), ()),
) -> UnknownOperatorsError | None:
    """What says which operators are of no known kind; None where all are known.

    Args:
        operators: (place, kind) of each.
        known: kinds.
        graph: the file's own, to say what is missing in all; called only where something is.

    Returns:
        An error that names the first place and every kind, with a refusal for each place.
    """
    unknown = [(where, kind) for where, kind in operators if kind not in known]
    if not unknown:
        return None
    where, kind = unknown[0]
    kinds = {other for _, other in unknown}
    detail = _detail(kind)
    if others := sorted(kinds - {kind}):
        detail += f"; nor are {', '.join(others)}"
    whole = graph()
    missing, cut = unknown_operators(whole, kinds, nearest)
    return UnknownOperatorsError(
        f"{where}: {_RULE} ({detail})",
        _HINT,
        rule=f"{kind} is not supported",
        refusals=tuple(
            Refusal(f"{where}: {_RULE} ({_detail(kind)})", _HINT) for where, kind in unknown
        ),
        missing=missing,
        macs=sum(node.macs for node in whole.nodes),
        operators=len(whole.computed),
        cut=cut,
    )


def _detail(kind: str) -> str:
    near = nearest(kind)
    return f"{kind} is not supported" + (f"; nearest: {near}" if near else "")
