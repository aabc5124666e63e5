"""Files of Keras 2: Keras 3 reads some of them, tf_keras the others."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mcuq.errors import InputError, UsageError
from mcuq.importers import load_model
from mcuq.interpret.float import run_float

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def keras_2() -> Any:
    pytest.importorskip("tensorflow", reason="pip install 'mcuq[tensorflow]'")
    found = pytest.importorskip("tf_keras", reason="pip install tf_keras")
    found.utils.set_random_seed(0)
    return found


def _separable(keras: Any) -> Any:
    """Layers whose configurations Keras 2 wrote otherwise than Keras 3 reads."""
    layers = keras.layers
    return keras.Sequential(
        [
            layers.InputLayer(batch_input_shape=(None, 9, 9, 3)),
            layers.DepthwiseConv2D(3, padding="same", depth_multiplier=2),
            layers.BatchNormalization(),
            layers.ReLU(6.0),
            layers.SeparableConv2D(4, 3, strides=2),
            layers.LeakyReLU(alpha=0.2),
            layers.GlobalAveragePooling2D(),
            layers.Dropout(0.5),
            layers.Dense(3, activation="softmax"),
        ]
    )


def _assert_equal(path: Path, model: Any) -> None:
    graph = load_model(path)
    x = np.random.default_rng(0).normal(size=(5, *model.input_shape[1:])).astype(np.float32)
    actual = run_float(graph, [x])[graph.outputs[0]]
    np.testing.assert_allclose(actual, model.predict(x, verbose=0), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", ["model.h5", "model.keras"])
def test_a_model_that_keras_2_saved(keras_2: Any, tmp_path: Path, name: str) -> None:
    model = _separable(keras_2)
    model.save(tmp_path / name)
    _assert_equal(tmp_path / name, model)


def test_a_folder_that_keras_2_saved(keras_2: Any, tmp_path: Path) -> None:
    model = _separable(keras_2)
    model.save(tmp_path / "folder", save_format="tf")
    _assert_equal(tmp_path / "folder", model)


def test_without_tf_keras_the_remedy_is_named(
    keras_2: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _separable(keras_2).save(tmp_path / "model.h5")
    monkeypatch.setitem(sys.modules, "tf_keras", None)
    with pytest.raises(UsageError, match="Keras 3 does not read it") as caught:
        load_model(tmp_path / "model.h5")
    assert "pip install tf_keras" in caught.value.hint
    assert "\n" not in str(caught.value) and len(str(caught.value)) < 500


def test_weights_alone_are_named_so(keras_2: Any, tmp_path: Path) -> None:
    _separable(keras_2).save_weights(tmp_path / "weights.h5", save_format="h5")
    with pytest.raises(InputError, match="weights without the model"):
        load_model(tmp_path / "weights.h5")


def test_a_model_without_input_shape_is_named_so(keras_2: Any, tmp_path: Path) -> None:
    import keras

    model = keras.Sequential([keras.layers.Dense(3)])
    model.save(tmp_path / "unbuilt.keras")
    with pytest.raises(InputError, match="does not know the shape"):
        load_model(tmp_path / "unbuilt.keras")


def test_visual_wake_words(keras_2: Any, cases: Path) -> None:
    """The file that MLPerf Tiny gives, from Keras 2.4."""
    path = cases / "models" / "vww_96.h5"
    _assert_equal(path, keras_2.models.load_model(path, compile=False))


def test_the_switch_to_keras_2_changes_nothing(keras_2: Any, tmp_path: Path) -> None:
    _separable(keras_2).save(tmp_path / "model.h5")
    command = [sys.executable, "-m", "mcuq", "inspect", str(tmp_path / "model.h5")]
    environment = {**os.environ, "TF_USE_LEGACY_KERAS": "1"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
