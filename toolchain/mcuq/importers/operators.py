"""Operators that are not supported: all of them named at once, with what comes nearest."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable

from mcuq.errors import Refusal
from mcuq.importers.missing import FileGraph, UnknownOperatorsError, unknown_operators

_NEAREST = {
    "bidirectionalsequencelstm": "an LSTM in one direction",
    "bidirectionalsequencernn": "an LSTM in one direction",
    "bucketize": "comparisons with the bounds, CAST and SUM",
    "conv3d": "CONV_2D of slices along the third dimension, and ADD",
    "convinteger": "the float model, or quantize_static's form QDQ",
    "deformconv": "a convolution",
    "dft": "products with matrices of cosines and sines",
    "dynamicquantizelinear": "the float model, or quantize_static's form QDQ",
    "edgetpu-custom-op": "the file from before the Edge TPU compiler",
    "ethos-u": "the file from before Vela",
    "gatherelements": "Gather along one axis",
    "gridsample": "Resize",
    "hardmax": "ArgMax",
    "hashtablefind": "GATHER, by the key's index",
    "if": "an export with fixed shapes and one branch",
    "localresponsenormalization": "a batch normalization, trained in its place",
    "loop": "an export with fixed shapes, unrolled",
    "lppool": "AveragePool of the squares, and Sqrt",
    "lrn": "a batch normalization, trained in its place",
    "lstm": "UNIDIRECTIONAL_SEQUENCE_LSTM",
    "matmulinteger": "the float model, or quantize_static's form QDQ",
    "maxpoolv2": "MAX_POOL_2D",
    "maxroipool": "slices and MaxPool",
    "multinomial": "random numbers as an input",
    "nonmaxsuppression": "leave it out and pick the boxes on the device",
    "nonzero": "a multiplication by a mask",
    "onehot": "Gather from an identity matrix",
    "randomnormal": "random numbers as an input",
    "randomnormallike": "random numbers as an input",
    "randomstandardnormal": "random numbers as an input",
    "randomuniform": "random numbers as an input",
    "randomuniformlike": "random numbers as an input",
    "reducewindow": "MAX_POOL_2D or AVERAGE_POOL_2D",
    "reversesequence": "REVERSE_V2 of whole series",
    "rfft2d": "products with matrices of cosines and sines",
    "rnn": "UNIDIRECTIONAL_SEQUENCE_LSTM",
    "roialign": "slices and Resize",
    "scan": "an export with fixed shapes, unrolled",
    "scatterelements": "slices and Concat, or Where",
    "scatternd": "slices and Concat, or Where",
    "segmentsum": "a product with a matrix of zeros and ones",
    "stft": "products with matrices of cosines and sines",
    "topk": "ReduceMax, or leave it out and pick the largest on the device",
    "unidirectionalsequencernn": "UNIDIRECTIONAL_SEQUENCE_LSTM",
    "unsortedsegmentsum": "a product with a matrix of zeros and ones",
    "where": "a multiplication by a mask",
}
_OPTIMIZED = tuple(
    f"com.microsoft.{kind}" for kind in ("fused", "nchwc.", "nhwc", "qlinear", "bias", "skip")
)
"""Beginnings of what ONNX Runtime's optimizer writes for its own use."""

_VERSION = re.compile(r"v\d+$")
"""Of names that have several, as TOPK_V2."""
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
    return _NEAREST.get(word) or _NEAREST.get(_VERSION.sub("", word), "")


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
