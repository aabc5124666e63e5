"""Keras models through every kind of file equal Keras itself; skipped without TensorFlow."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mcuq.errors import InputError, UsageError
from mcuq.importers import load_model
from mcuq.interpret.float import run_float
from mcuq.ops.movement import PAD
from mcuq.ops.resize import RESIZE_NEAREST_NEIGHBOR


def test_missing_package_is_named_with_its_remedy(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "tensorflow", None)
    path = tmp_path / "model.keras"
    path.write_bytes(b"")
    with pytest.raises(UsageError, match=r"pip install 'mcuq\[tensorflow\]'"):
        load_model(path)


@pytest.fixture(scope="module")
def keras() -> Any:
    tensorflow = pytest.importorskip("tensorflow", reason="pip install 'mcuq[tensorflow]'")
    tensorflow.keras.utils.set_random_seed(0)
    return tensorflow.keras


def _two_inputs(keras: Any) -> Any:
    layers = keras.layers
    b, a = layers.Input((8, 8, 2), name="b"), layers.Input((8, 8, 2), name="a")
    x = layers.Subtract()([b, a])
    x = layers.Conv2D(4, 3, dilation_rate=2, padding="same", use_bias=False)(x)
    x = layers.ReLU(6.0)(layers.BatchNormalization()(x))
    x = layers.UpSampling2D(2)(x)
    y = layers.Flatten()(layers.MaxPooling2D(4)(x))
    z = layers.GlobalAveragePooling2D()(x)
    return keras.Model([b, a], [layers.Dense(3)(y), layers.Softmax()(z)])


def _mobilenet(keras: Any) -> Any:
    return keras.applications.MobileNet(
        input_shape=(32, 32, 3), alpha=0.25, weights=None, classes=4
    )


@pytest.mark.slow
@pytest.mark.parametrize("suffix", [".keras", ".h5", ""])
def test_model_equals_keras(keras: Any, tmp_path: Path, suffix: str) -> None:
    model = _two_inputs(keras)
    path = tmp_path / f"model{suffix}"
    if suffix:
        model.save(path)
    else:
        model.export(path, verbose=False)
    graph = load_model(path)
    assert sorted(graph.inputs) == ["a", "b"]
    rng = np.random.default_rng(1)
    inputs = [rng.normal(size=(5, 8, 8, 2)).astype(np.float32) for _ in range(2)]
    order = [0, 1] if suffix else [1, 0]  # a SavedModel's signature sorts its inputs by name
    actual = run_float(graph, [inputs[i] for i in order])
    expected = model.predict(inputs, verbose=0)
    for name, values in zip(graph.outputs, expected, strict=True):
        np.testing.assert_allclose(actual[name], values, rtol=1e-5, atol=1e-5)
    kinds = [op.kind for op in graph.ops]
    assert PAD not in kinds and RESIZE_NEAREST_NEIGHBOR in kinds


@pytest.mark.slow
def test_mobilenet_equals_keras(keras: Any, tmp_path: Path) -> None:
    model = _mobilenet(keras)
    model.save(tmp_path / "mobilenet.keras")
    graph = load_model(tmp_path / "mobilenet.keras")
    x = np.random.default_rng(2).uniform(-1, 1, (4, 32, 32, 3)).astype(np.float32)
    actual = run_float(graph, [x])[graph.outputs[0]]
    np.testing.assert_allclose(actual, model.predict(x, verbose=0), rtol=1e-5, atol=1e-5)
    assert {op.kind.name for op in graph.ops} <= {
        "CONV_2D", "DEPTHWISE_CONV_2D", "MEAN", "RESHAPE", "SOFTMAX"
    }  # fmt: skip


@pytest.mark.slow
def test_unsupported_layers_and_damaged_files(keras: Any, tmp_path: Path) -> None:
    layers = keras.layers
    volume = layers.Input((4, 4, 4, 1))
    keras.Model(volume, layers.Conv3D(2, 2)(volume)).save(tmp_path / "volume.keras")
    with pytest.raises(InputError, match=r"CONV_3D.* not supported"):
        load_model(tmp_path / "volume.keras")
    variable = layers.Input((None, 4))
    keras.Model(variable, layers.Dense(2)(variable)).save(tmp_path / "variable.keras")
    with pytest.raises(InputError, match="has the shape"):
        load_model(tmp_path / "variable.keras")
    (tmp_path / "broken.keras").write_bytes(b"not a zip file")
    with pytest.raises(InputError, match="TensorFlow cannot convert"):
        load_model(tmp_path / "broken.keras")
    with pytest.raises(InputError, match="no such file"):
        load_model(tmp_path / "missing.keras")
