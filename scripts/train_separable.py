"""Train the separable example: a deep, narrow network for the digits of train_digits.py.

    pip install 'mcuq[tensorflow,dev]'
    python scripts/train_separable.py

Seventeen layers of 16 to 32 channels, nothing to lead an error around one of them: what four bits
do to a filter of nine weights, each layer hands to the next. The data, its splits and the training
are those of the digits example, and so is what is said there about other releases.
"""

from __future__ import annotations

import numpy as np
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers

from train_digits import OUT, SEED, accuracy, split_digits, to_tflite, train

FIRST = 16
BLOCKS = ((24, 1), (24, 1), (24, 2), (32, 1), (32, 1), (32, 1), (32, 1), (32, 1))
"""Channels and stride of each depthwise-separable block."""


def build_model() -> keras.Model:
    """About 8,800 weights (MobileNet v1's blocks: arXiv 1704.04861)."""
    image = keras.Input((8, 8, 1), name="image")
    x = _normalized(layers.Conv2D(FIRST, 3, padding="same", use_bias=False)(image))
    for channels, stride in BLOCKS:
        x = layers.DepthwiseConv2D(3, padding="same", strides=stride, use_bias=False)(x)
        x = _normalized(x)
        x = _normalized(layers.Conv2D(channels, 1, use_bias=False)(x))
    x = layers.Dropout(0.2)(layers.GlobalAveragePooling2D()(x))
    return keras.Model(image, layers.Dense(10, activation="softmax", name="digit")(x))


def _normalized(x: tf.Tensor) -> tf.Tensor:
    return layers.ReLU(6.0)(layers.BatchNormalization()(x))


def main() -> None:
    keras.utils.set_random_seed(SEED)
    tf.config.experimental.enable_op_determinism()
    splits = split_digits()
    model = build_model()
    train(model, splits["train"][0].astype(np.float32), splits["train"][1])
    flatbuffer = to_tflite(model)
    folder = OUT.parent / "separable"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "separable_float32.tflite").write_bytes(flatbuffer)
    for name, (x, y) in splits.items():
        print(f"{name}: {len(x)} images, accuracy {accuracy(flatbuffer, x, y):.4f}")


if __name__ == "__main__":
    main()
