"""The flatbuffer for TensorFlow Lite Micro: bytes, operator resolver, arena size."""

from __future__ import annotations

import textwrap
from pathlib import Path

from mcuq.errors import InputError
from mcuq.integrate.built import Built
from mcuq.integrate.templates import render, write
from mcuq.tflite.micro import arena_bytes

_METHODS = {
    "CONV_2D": "AddConv2D",
    "DEPTHWISE_CONV_2D": "AddDepthwiseConv2D",
    "FULLY_CONNECTED": "AddFullyConnected",
    "ADD": "AddAdd",
    "SUB": "AddSub",
    "MUL": "AddMul",
    "AVERAGE_POOL_2D": "AddAveragePool2D",
    "MAX_POOL_2D": "AddMaxPool2D",
    "MEAN": "AddMean",
    "PAD": "AddPad",
    "CONCATENATION": "AddConcatenation",
    "RESHAPE": "AddReshape",
    "SQUEEZE": "AddSqueeze",
    "TRANSPOSE": "AddTranspose",
    "STRIDED_SLICE": "AddStridedSlice",
    "RESIZE_NEAREST_NEIGHBOR": "AddResizeNearestNeighbor",
    "RESIZE_BILINEAR": "AddResizeBilinear",
    "SOFTMAX": "AddSoftmax",
    "LOGISTIC": "AddLogistic",
    "TANH": "AddTanh",
    "RELU": "AddRelu",
    "RELU6": "AddRelu6",
    "LEAKY_RELU": "AddLeakyRelu",
    "HARD_SWISH": "AddHardSwish",
}
"""MicroMutableOpResolver's method for each operator."""


def write_tflm(built: Built, folder: Path) -> None:
    """model.tflite, the same as a C array, and resolver.h."""
    unknown = [kind for kind in built.kinds if kind not in _METHODS]
    if unknown:
        raise InputError(
            f"no TensorFlow Lite Micro resolver method is known for {unknown[0]}",
            "choose another kind of project: the others need no resolver",
        )
    write_bytes = folder / "model.tflite"
    write_bytes.parent.mkdir(parents=True, exist_ok=True)
    write_bytes.write_bytes(built.flatbuffer)
    arena = arena_bytes(built.flatbuffer)
    adds = "\n".join(f"    resolver.{_METHODS[kind]}();" for kind in built.kinds)
    header = render("tflm/resolver.h", arena=arena, count=len(built.kinds), adds=adds)
    write(folder / "model_resolver.h", header)
    listed = ", ".join(f"0x{byte:02x}" for byte in built.flatbuffer)
    data = textwrap.fill(listed, 96, initial_indent="    ", subsequent_indent="    ")
    write(
        folder / "model_data.cc",
        render("tflm/model_data.cc", data=data, size=len(built.flatbuffer)),
    )
    write(folder / "README.md", render("tflm/README.md", arena=f"{arena:,}"))
