"""Train the digits example and write what mcuq ships: the float model and its fixed splits.

    pip install 'mcuq[tensorflow,dev]'
    python scripts/train_digits.py

The data is scikit-learn's copy of the UCI optical digits (1797 images, 8 x 8, values 0 to 16).
Seeds are fixed; another TensorFlow release or processor may still round differently, so the
files in the package are the reference, and this script says how they came to be.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import tensorflow as tf
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from tensorflow import keras
from tensorflow.keras import layers

SEED = 7
SPLITS = {"train": 997, "calibration": 100, "search": 300, "evaluation": 400}
EPOCHS = 150
OUT = Path(__file__).resolve().parents[1] / "toolchain" / "mcuq" / "examples" / "digits"

Arrays = tuple[np.ndarray, np.ndarray]


def split_digits() -> dict[str, Arrays]:
    """Stratified splits by name: x uint8 (n, 8, 8, 1) in 0..16, y uint8 (n,)."""
    digits = load_digits()
    x = digits.images.astype(np.uint8)[..., np.newaxis]
    y = digits.target.astype(np.uint8)
    splits: dict[str, Arrays] = {}
    for name, count in list(SPLITS.items())[1:]:
        x, part_x, y, part_y = train_test_split(
            x, y, test_size=count, stratify=y, random_state=SEED
        )
        splits[name] = (part_x, part_y)
    return {"train": (x, y), **splits}


def build_model() -> keras.Model:
    """About 76,000 weights: conv, depthwise, two residual additions, both poolings, dense."""
    image = keras.Input((8, 8, 1), name="image")
    x = _normalized(layers.Conv2D(32, 3, padding="same", use_bias=False)(image))
    x = _residual(x, 32)
    x = layers.MaxPooling2D()(x)
    x = _normalized(layers.Conv2D(64, 3, padding="same", use_bias=False)(x))
    x = _residual(x, 64)
    x = layers.AveragePooling2D(2)(x)
    x = layers.Flatten()(x)
    x = layers.Dropout(0.3)(x)
    x = layers.Dense(192, activation="relu")(x)
    x = layers.Dropout(0.3)(x)
    return keras.Model(image, layers.Dense(10, activation="softmax", name="digit")(x))


def _normalized(x: tf.Tensor) -> tf.Tensor:
    return layers.ReLU()(layers.BatchNormalization()(x))


def _residual(x: tf.Tensor, channels: int) -> tf.Tensor:
    """x + pointwise(depthwise(x)), then ReLU."""
    y = _normalized(layers.DepthwiseConv2D(3, padding="same", use_bias=False)(x))
    y = layers.BatchNormalization()(layers.Conv2D(channels, 1, use_bias=False)(y))
    return layers.ReLU()(layers.Add()([x, y]))


def train(model: keras.Model, x: np.ndarray, y: np.ndarray) -> None:
    """Adam with a cosine schedule; every epoch sees the images shifted by up to one pixel."""
    steps = -(-len(x) // 64) * EPOCHS
    model.compile(
        optimizer=keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(2e-3, steps)),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    rng = np.random.default_rng(SEED)
    for epoch in range(EPOCHS):
        model.fit(_shifted(x, rng), y, batch_size=64, epochs=1, verbose=0)
        if epoch % 10 == 9:
            loss, accuracy = model.evaluate(x, y, verbose=0)
            print(f"epoch {epoch + 1}: train loss {loss:.4f}, accuracy {accuracy:.4f}")


def _shifted(x: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    padded = np.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)))
    rows, columns = rng.integers(0, 3, size=(2, len(x)))
    return np.stack(
        [
            padded[i, r : r + 8, c : c + 8]
            for i, (r, c) in enumerate(zip(rows, columns, strict=True))
        ]
    )


def to_tflite(model: keras.Model) -> bytes:
    """Float32 flatbuffer with batch 1 and static shapes."""
    image = keras.Input((8, 8, 1), batch_size=1, name="image")
    deployed = keras.Model(image, model(image, training=False), name="digits")
    flatbuffer: bytes = tf.lite.TFLiteConverter.from_keras_model(deployed).convert()
    return flatbuffer


def accuracy(flatbuffer: bytes, x: np.ndarray, y: np.ndarray) -> float:
    """Top-1 of the flatbuffer itself, so that the shipped file is what was measured."""
    interpreter = tf.lite.Interpreter(model_content=flatbuffer)
    interpreter.allocate_tensors()
    source = interpreter.get_input_details()[0]["index"]
    target = interpreter.get_output_details()[0]["index"]
    hits = 0
    for image, label in zip(x.astype(np.float32), y, strict=True):
        interpreter.set_tensor(source, image[np.newaxis])
        interpreter.invoke()
        hits += int(interpreter.get_tensor(target)[0].argmax() == label)
    return hits / len(x)


def write_trained(build: Callable[[], keras.Model], target: Path) -> dict[str, Arrays]:
    """Train what `build` makes and write it to `target`; the splits, when each has been judged."""
    keras.utils.set_random_seed(SEED)
    tf.config.experimental.enable_op_determinism()
    splits = split_digits()
    model = build()
    train(model, splits["train"][0].astype(np.float32), splits["train"][1])
    flatbuffer = to_tflite(model)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(flatbuffer)
    for name, (x, y) in splits.items():
        print(f"{name}: {len(x)} images, accuracy {accuracy(flatbuffer, x, y):.4f}")
    return splits


def main() -> None:
    splits = write_trained(build_model, OUT / "digits_float32.tflite")
    for name, (x, y) in splits.items():
        np.savez_compressed(OUT / f"{name}.npz", x=x, y=y)


if __name__ == "__main__":
    main()
