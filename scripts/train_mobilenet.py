"""Train a MobileNetV1 0.25 on scikit-learn's digits and write model and data for `mcuq bench`.

The digits are enlarged to 48×48, coloured, turned, shifted and overlaid with noise, so that the
task is not too easy. Needs tensorflow and scikit-learn; takes a few minutes on one core.

    python scripts/train_mobilenet.py FOLDER

writes mobilenet_float32.tflite, calibration.npz, search.npz and evaluation.npz.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.ndimage import affine_transform
from sklearn.datasets import load_digits

SIDE = 48
TRAINED, SEARCHED = 1000, 350
"""Digits for training and, after those, for the search; the rest are for the evaluation."""
EPOCHS, BATCH = 40, 32
VARIANTS = {"calibration": 512, "search": 640, "evaluation": 1000}
"""Pictures made of the digits of each part."""

Array = npt.NDArray[Any]


def picture(digit: Array, rng: np.random.Generator) -> Array:
    """One 48×48×3 uint8 picture of an 8×8 digit."""
    angle, zoom = rng.normal(0, 0.12), rng.uniform(5.0, 6.0)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]) / zoom
    middle = np.array([3.5, 3.5]) - turn @ (np.full(2, (SIDE - 1) / 2) + rng.uniform(-3, 3, 2))
    ink = affine_transform(digit / 16.0, turn, middle, (SIDE, SIDE), order=1)[:, :, None]
    paper, pen = rng.uniform(0, 0.4, 3), rng.uniform(0.6, 1, 3)
    image = ink * pen + (1 - ink) * paper + rng.normal(0, 0.04, (SIDE, SIDE, 3))
    levels: Array = np.clip(np.rint(255 * image), 0, 255).astype(np.uint8)
    return levels


def pictures(digits: Array, labels: Array, count: int, seed: int) -> tuple[Array, Array]:
    """`count` pictures, going round the digits."""
    rng = np.random.default_rng(seed)
    chosen = np.arange(count) % len(digits)
    return np.stack([picture(digits[i], rng) for i in chosen]), labels[chosen]


def train(digits: Array, labels: Array, seed: int) -> Any:
    """The trained Keras model: raw pixels in, probabilities out."""
    import keras

    keras.utils.set_random_seed(seed)
    network = keras.applications.MobileNet(
        input_shape=(SIDE, SIDE, 3), alpha=0.25, weights=None, classes=10, dropout=1e-3
    )
    for layer in network.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.momentum = 0.9
    inputs = keras.Input((SIDE, SIDE, 3), batch_size=1)
    scaled = keras.layers.Rescaling(1 / 127.5, offset=-1)(inputs)
    rates = keras.optimizers.schedules.CosineDecay(2e-3, EPOCHS * 2 * len(digits) // BATCH)
    network.compile(
        keras.optimizers.Adam(rates), "sparse_categorical_crossentropy", metrics=["accuracy"]
    )
    for epoch in range(EPOCHS):
        x, y = pictures(digits, labels, 2 * len(digits), 1000 * seed + epoch)
        result = network.fit(x / np.float32(127.5) - 1, y, BATCH, epochs=1, verbose=0)
        print(f"epoch {epoch + 1}: {result.history['accuracy'][0]:.3f}", flush=True)
    return keras.Model(inputs, network(scaled))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    import tensorflow as tf

    digits, labels = load_digits(return_X_y=True)
    order = np.random.default_rng(arguments.seed).permutation(len(digits))
    digits, labels = digits[order].reshape(-1, 8, 8), labels[order]
    model = train(digits[:TRAINED], labels[:TRAINED], arguments.seed)
    folder = arguments.folder
    folder.mkdir(parents=True, exist_ok=True)
    converter = tf.lite.TFLiteConverter.from_keras_model(model)
    (folder / "mobilenet_float32.tflite").write_bytes(converter.convert())
    searched = slice(TRAINED, TRAINED + SEARCHED)
    parts = {
        "calibration": slice(0, TRAINED),
        "search": searched,
        "evaluation": slice(searched.stop, None),
    }
    for number, (name, part) in enumerate(parts.items()):
        x, y = pictures(digits[part], labels[part], VARIANTS[name], 77 + number)
        np.savez_compressed(folder / f"{name}.npz", x=x, y=y)


if __name__ == "__main__":
    main()
