"""Small networks, quantized by onnxruntime's own `quantize_static`."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from onnx_cases import Model, onnx, onnxruntime
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static

from mcuq.witness.onnx_signs import make_filters_unsigned

IMAGE = (1, 3, 8, 8)
CALIBRATION = 24


def _conv(model: Model, x: str, depth: int, filters: int, kernel: int = 3, **attrs: Any) -> str:
    group = attrs.get("group", 1)
    scale = 1.5 / np.sqrt(depth / group * kernel * kernel)
    weights = model.weights(filters, depth // group, kernel, kernel, scale=scale)
    same = [kernel // 2] * 4
    return model.node("Conv", [x, weights, model.weights(filters)], pads=same, **attrs)


def _relu(model: Model, x: str) -> str:
    return model.node("Relu", [x])


def _relu6(model: Model, x: str) -> str:
    bounds = [model.constant(np.float32(value)) for value in (0, 6)]
    return model.node("Clip", [x, *bounds])


def _head(model: Model, x: str, depth: int) -> str:
    flat = model.node("Flatten", [model.node("GlobalAveragePool", [x])])
    return model.node("Gemm", [flat, model.weights(depth, 4), model.weights(4)])


def _chain(model: Model) -> str:
    x = _relu(model, _conv(model, "x0", 3, 8))
    x = _relu(model, _conv(model, x, 8, 8, strides=[2, 2]))
    return _head(model, x, 8)


def _chain6(model: Model) -> str:
    x = _relu6(model, _conv(model, "x0", 3, 8))
    x = _relu6(model, _conv(model, x, 8, 8))
    return _head(model, x, 8)


def _residual(model: Model) -> str:
    x = _relu(model, _conv(model, "x0", 3, 8))
    y = _conv(model, _relu(model, _conv(model, x, 8, 8)), 8, 8)
    return _head(model, _relu(model, model.node("Add", [x, y])), 8)


def _depthwise(model: Model) -> str:
    x = _relu6(model, _conv(model, "x0", 3, 8))
    x = _relu6(model, _conv(model, x, 8, 8, group=8))
    return _head(model, _conv(model, x, 8, 6, 1), 6)


def _dense(model: Model) -> str:
    x = model.node("Flatten", ["x0"])
    for before, after in ((192, 16), (16, 8)):
        weights = model.weights(before, after, scale=1.5 / before**0.5)
        x = _relu(model, model.node("Gemm", [x, weights, model.weights(after)]))
    return model.node("MatMul", [x, model.weights(8, 3)])


def _sigmoid(model: Model) -> str:
    x = model.node("Sigmoid", [_conv(model, "x0", 3, 8)])
    return model.node("Sigmoid", [_head(model, x, 8)])


def _pools(model: Model) -> str:
    x = _relu(model, _conv(model, "x0", 3, 8))
    x = model.node("MaxPool", [x], kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1])
    x = _relu(model, _conv(model, x, 8, 8))
    x = model.node("AveragePool", [x], kernel_shape=[2, 2], strides=[2, 2])
    return _head(model, x, 8)


def _concat(model: Model) -> str:
    a, b = _relu(model, _conv(model, "x0", 3, 4)), _conv(model, "x0", 3, 4, 1)
    return _head(model, model.node("Concat", [a, b], axis=1), 8)


def _padded(model: Model) -> str:
    x = _conv(model, "x0", 3, 8)
    x = model.node("Pad", [x, model.constant(np.array([0, 0, 1, 1, 0, 0, 1, 1]))])
    return _conv(model, x, 8, 4, 1)


def _image(model: Model) -> str:
    x = _relu(model, _conv(model, "x0", 3, 8))
    return _conv(model, x, 8, 3)


def _softmax(model: Model) -> str:
    x = _relu(model, _conv(model, "x0", 3, 8))
    x = model.node("Transpose", [x], perm=[0, 2, 3, 1])
    x = model.node("Reshape", [x, model.constant(np.array([1, -1]))])
    x = model.node("Gemm", [x, model.weights(512, 5, scale=0.05), model.weights(5)])
    return model.node("Softmax", [x], axis=1)


def _resized(model: Model) -> str:
    x = _relu(model, _conv(model, "x0", 3, 8, strides=[2, 2]))
    twice = model.constant(np.array([1, 1, 2, 2], np.float32))
    nearest = {"coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"}
    x = model.node("Resize", [x, "", twice], mode="nearest", **nearest)
    return _conv(model, x, 8, 3)


NETWORKS: dict[str, Callable[[Model], str]] = {
    "chain": _chain,
    "chain6": _chain6,
    "residual": _residual,
    "depthwise": _depthwise,
    "dense": _dense,
    "sigmoid": _sigmoid,
    "pools": _pools,
    "concat": _concat,
    "padded": _padded,
    "image": _image,
    "softmax": _softmax,
    "resized": _resized,
}
_SIGNED = {"activation_type": QuantType.QInt8, "weight_type": QuantType.QInt8}
FORMS: dict[str, dict[str, Any]] = {
    "defaults": {},
    "int8": _SIGNED,
    "int8 per channel": _SIGNED | {"per_channel": True},
    "uint8": {"activation_type": QuantType.QUInt8, "weight_type": QuantType.QInt8},
    "uint8 weights": {"activation_type": QuantType.QUInt8, "weight_type": QuantType.QUInt8},
    "reduced range": {"per_channel": True, "reduce_range": True},
    "symmetric": _SIGNED | {"extra_options": {"ActivationSymmetric": True}},
    "asymmetric weights": _SIGNED | {"extra_options": {"WeightSymmetric": False}},
    "int16": {"activation_type": QuantType.QInt16, "weight_type": QuantType.QInt8},
    "uint16": {"activation_type": QuantType.QUInt16, "weight_type": QuantType.QUInt8},
    "a pair a reader": _SIGNED | {"extra_options": {"DedicatedQDQPair": True}},
    "operators": _SIGNED | {"quant_format": QuantFormat.QOperator},
    "operators of 7 bits": {
        "quant_format": QuantFormat.QOperator,
        "activation_type": QuantType.QUInt8,
        "reduce_range": True,
    },
    "operators per channel": {
        "quant_format": QuantFormat.QOperator,
        "per_channel": True,
        "activation_type": QuantType.QUInt8,
    },
}


def float_network(kind: str, seed: int = 0, opset: int = 17) -> bytes:
    model = Model(IMAGE, opset=opset, seed=seed)
    return model.content(NETWORKS[kind](model))


def images(count: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, 1, (count, *IMAGE[1:])).astype(np.float32)


class _Reader(CalibrationDataReader):  # type: ignore[misc]
    def __init__(self, samples: np.ndarray) -> None:
        self._samples = iter(samples)

    def get_next(self) -> dict[str, np.ndarray] | None:
        sample = next(self._samples, None)
        return None if sample is None else {"x0": sample[None]}


def quantized_network(kind: str, form: str, folder: Path, seed: int = 0, opset: int = 17) -> bytes:
    """The network, calibrated on `images(CALIBRATION, seed)`."""
    return quantized(float_network(kind, seed, opset), form, folder, seed)


def quantized(content: bytes, form: str, folder: Path, seed: int = 0) -> bytes:
    """A float model with the input of `IMAGE`, as `quantize_static` writes it."""
    source, target = folder / "float.onnx", folder / "quantized.onnx"
    source.write_bytes(content)
    logging.disable(logging.WARNING)
    try:
        options = {"quant_format": QuantFormat.QDQ} | FORMS[form]
        quantize_static(source, target, _Reader(images(CALIBRATION, seed)), **options)
    finally:
        logging.disable(logging.NOTSET)
    return target.read_bytes()


def run_file(content: bytes, samples: np.ndarray, *, optimized: bool) -> np.ndarray:
    """onnxruntime's first output of each sample, (samples, *shape); on any processor the same."""
    options = onnxruntime.SessionOptions()
    if not optimized:
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    elif not any(kind.startswith("QLinear") for kind in kinds_of(content)):
        # What it makes of QDQ nodes adds in 16 bits where the processor has no VNNI.
        options.add_session_config_entry("session.x64quantprecision", "1")
    model = onnx.load_model_from_string(content)
    make_filters_unsigned(model)
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    return np.concatenate([session.run(None, {"x0": sample[None]})[0] for sample in samples])


def kinds_of(content: bytes) -> set[str]:
    return {node.op_type for node in onnx.load_model_from_string(content).graph.node}
