"""Keras itself is the witness of a Keras file, not only its converter."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mcuq.errors import InputError
from mcuq.importers import load_keras
from mcuq.ops.weighted import CONV_2D
from mcuq.witness import compare_import

keras = pytest.importorskip("keras", reason="pip install 'mcuq[tensorflow]'")

pytestmark = pytest.mark.slow


def _model() -> Any:
    keras.utils.set_random_seed(1)
    a, b = keras.Input((6, 5, 2), name="b"), keras.Input((4,), name="a")
    x = keras.layers.Conv2D(3, 3, padding="same", activation="relu")(a)
    x = keras.layers.GlobalAveragePooling2D()(x)
    y = keras.layers.Concatenate()([x, b])
    return keras.Model([a, b], [keras.layers.Dense(2)(y), x])


@pytest.mark.parametrize("form", ["keras", "h5", "folder"])
def test_every_form_is_compared_with_tensorflow(
    form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / ("saved" if form == "folder" else f"net.{form}")
    model = _model()
    model.export(path, verbose=False) if form == "folder" else model.save(path)
    graph = load_keras(path)
    found = compare_import(path, graph)
    assert found.runtime.startswith("TensorFlow ")
    assert (found.samples, found.findings) == (8, ())
    assert found.share < 0.5
    right = CONV_2D.float_form
    monkeypatch.setitem(
        vars(CONV_2D), "float_form", lambda attrs, operands: np.roll(right(attrs, operands), 1, 4)
    )
    with pytest.raises(InputError, match=r"first at operator \d+ CONV_2D"):
        compare_import(path, graph)
