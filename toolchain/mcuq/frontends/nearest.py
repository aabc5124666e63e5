"""For operators that are not supported: what comes nearest to them and is."""

from __future__ import annotations

_NEAREST = {
    "argmax": "leave it out and take the largest output on the device",
    "batchmatmul": "a dense layer with constant weights",
    "convtranspose": "nearest-neighbour upsampling and a convolution",
    "div": "a multiplication by the reciprocal of a constant",
    "elu": "a leaky ReLU",
    "gelu": "HARD_SWISH",
    "gru": "convolutions over time",
    "logsoftmax": "SOFTMAX, which ranks the same",
    "lstm": "convolutions over time",
    "max": "RELU",
    "maximum": "RELU",
    "maxpoolv2": "MAX_POOL_2D",
    "min": "RELU6",
    "minimum": "RELU6",
    "mirrorpad": "padding with zeros",
    "padv2": "padding with zeros",
    "reducemax": "MAX_POOL_2D over the whole image",
    "reducesum": "MEAN and a multiplication",
    "resizebilinear": "RESIZE_NEAREST_NEIGHBOR",
    "rnn": "convolutions over time",
    "selu": "a leaky ReLU",
    "softplus": "RELU",
    "split": "STRIDED_SLICE, one a part",
    "splitv": "STRIDED_SLICE, one a part",
    "sum": "MEAN and a multiplication",
    "thresholdedrelu": "RELU",
    "transposeconv": "nearest-neighbour upsampling and a convolution",
    "unidirectionalsequencelstm": "convolutions over time",
    "unpack": "STRIDED_SLICE, one a part",
    "upsample": "Resize with mode nearest",
}


def unsupported(kind: str) -> str:
    """Says that an operator, named in TFLite's or in ONNX's way, is not supported, and what is."""
    nearest = _NEAREST.get(kind.replace("_", "").lower())
    return f"{kind} is not supported" + (f"; nearest: {nearest}" if nearest else "")
