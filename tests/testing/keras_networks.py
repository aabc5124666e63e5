"""Small networks of Keras as firmware teams build them: recurrent, attention, necks and gates."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any


def _encoder(keras: Any, x: Any) -> Any:
    """A transformer's encoder: attention and a feed-forward layer, each normalized and added."""
    layers = keras.layers
    y = layers.LayerNormalization()(x)
    x = layers.Add()([x, layers.MultiHeadAttention(2, 8)(y, y)])
    y = layers.LayerNormalization()(x)
    y = layers.Dense(32, activation="gelu")(y)
    x = layers.Add()([x, layers.Dense(16)(y)])
    return layers.Dense(4)(layers.GlobalAveragePooling1D()(x))


def _causal(keras: Any, x: Any) -> Any:
    """The same, each step looking at those before it only."""
    layers = keras.layers
    y = layers.LayerNormalization()(x)
    x = layers.Add()([x, layers.MultiHeadAttention(2, 8)(y, y, use_causal_mask=True)])
    return layers.Dense(4)(x)


def _squeeze_excite(keras: Any, x: Any) -> Any:
    layers = keras.layers
    x = layers.Conv2D(8, 3, padding="same", activation="silu")(x)
    gate = layers.GlobalAveragePooling2D(keepdims=True)(x)
    gate = layers.Dense(4, activation="relu")(gate)
    x = layers.Multiply()([x, layers.Dense(8, activation="hard_sigmoid")(gate)])
    return layers.Dense(4)(layers.GlobalAveragePooling2D()(x))


def _unet(keras: Any, x: Any) -> Any:
    layers = keras.layers
    kept = layers.Conv2D(6, 3, padding="same", activation="relu")(x)
    x = layers.Conv2D(12, 3, strides=2, padding="same", activation="relu")(kept)
    x = layers.Conv2DTranspose(6, 3, strides=2, padding="same", activation="relu")(x)
    return layers.Conv2D(2, 1)(layers.Concatenate()([x, kept]))


def _gru(keras: Any, x: Any) -> Any:
    return keras.layers.Dense(4)(keras.layers.GRU(8)(x))


def _embedding(keras: Any, x: Any) -> Any:
    layers = keras.layers
    return layers.Dense(4)(layers.GlobalAveragePooling1D()(layers.Embedding(20, 8)(x)))


def _padded(keras: Any, x: Any) -> Any:
    """Attention that looks at no index 0: a mask that the model computes."""
    layers = keras.layers
    x = layers.Embedding(20, 8, mask_zero=True)(x)
    return layers.Dense(4)(layers.MultiHeadAttention(2, 4)(x, x))


def _lstm(keras: Any, x: Any) -> Any:
    """Two layers, one of which gives every step."""
    layers = keras.layers
    return layers.Dense(4)(layers.LSTM(6)(layers.LSTM(8, return_sequences=True)(x)))


def _pyramid(keras: Any, x: Any) -> Any:
    """A feature pyramid's neck: coarse features are resized and added to the finer ones."""
    layers = keras.layers
    fine = layers.Conv2D(6, 3, padding="same", activation="relu")(x)
    coarse = layers.Conv2D(12, 3, strides=2, padding="same", activation="relu")(fine)
    top = layers.Conv2D(8, 1)(coarse)
    merged = layers.Add()([layers.Conv2D(8, 1)(fine), layers.UpSampling2D()(top)])
    heads = [layers.Conv2D(4, 3, padding="same")(level) for level in (merged, top)]
    return layers.Concatenate()([layers.GlobalAveragePooling2D()(head) for head in heads])


NETWORKS: dict[str, tuple[Callable[[Any, Any], Any], tuple[int, ...], str]] = {
    "encoder": (_encoder, (10, 16), "float32"),
    "causal": (_causal, (8, 16), "float32"),
    "squeeze_excite": (_squeeze_excite, (12, 12, 3), "float32"),
    "unet": (_unet, (12, 12, 3), "float32"),
    "lstm": (_lstm, (9, 5), "float32"),
    "feature_pyramid": (_pyramid, (12, 12, 3), "float32"),
    "gru": (_gru, (9, 5), "float32"),
    "embedding": (_embedding, (12,), "int32"),
    "padded": (_padded, (6,), "int32"),
}
"""Name → the layers, the shape of a sample, and its type: indices below 20 where that is int32."""


def save_network(name: str, path: Path) -> tuple[tuple[int, ...], str]:
    """Write a `.keras` file, with the same weights every time.

    Returns:
        Shape of a sample and its type.
    """
    import tensorflow as tf

    keras = tf.keras
    keras.utils.set_random_seed(0)
    network, shape, dtype = NETWORKS[name]
    x = keras.Input(shape, dtype=dtype)
    keras.Model(x, network(keras, x)).save(path)
    return shape, dtype
