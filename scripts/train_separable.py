"""Train the separable example: a deep, narrow network for the digits of train_digits.py.

    pip install 'mcuq[tensorflow,dev]'
    python scripts/train_separable.py

Seventeen layers of 16 to 32 channels, nothing to lead an error around one of them: what four bits
do to a filter of nine weights, each layer hands to the next. The data, its splits and the training
are those of the digits example, and so is what is said there about other releases.
"""

from __future__ import annotations

import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers

from train_digits import OUT, write_trained

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


if __name__ == "__main__":
    write_trained(build_model, OUT.parent / "separable" / "separable_float32.tflite")
