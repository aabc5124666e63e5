"""A small network in the place of MLPerf Tiny's for image classification, and data for it."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from mcuq.mlperf import BENCHMARKS
from mcuq.mlperf.samples import write_samples
from mcuq.tflite.builder import OperatorSpec, TensorSpec, build_model

MODEL, CALIBRATION = "resnet8_float32.tflite", "resnet8_calibration.npz"


def write_mlperf(models: Path, data: Path | None = None) -> None:
    """Write the model and its calibration data, and a data set in the official layout."""
    rng = np.random.default_rng(5)
    images = rng.integers(0, 256, (40, 32, 32, 3), dtype=np.uint8)
    weights = rng.normal(0, 2e-4, (10, 3072)).astype(np.float32)
    tensors = [
        TensorSpec("image", (1, 32, 32, 3), "float32"),
        TensorSpec("weights", weights.shape, "float32", weights),
        TensorSpec("sums", (1, 10), "float32"),
        TensorSpec("classes", (1, 10), "float32"),
    ]
    operators = [
        OperatorSpec("FULLY_CONNECTED", (0, 1, -1), (2,)),
        OperatorSpec("LOGISTIC", (2,), (3,)),
    ]
    models.mkdir(parents=True, exist_ok=True)
    (models / MODEL).write_bytes(build_model(tensors, operators, [0], [3]))
    np.savez(models / CALIBRATION, x=images)
    if data is not None:
        sums = images.reshape(len(images), -1).astype(np.float32) @ weights.T
        pairs = zip(images[:12], sums.argmax(axis=1)[:12], strict=True)
        encode = BENCHMARKS["ic"].encode
        write_samples(BENCHMARKS["ic"], data, ((encode(x), int(label)) for x, label in pairs))
