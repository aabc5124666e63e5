"""Single layers of known shape, packed for the kernels, with random values from a fixed seed."""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mcuq.lower.channels import Requantization
from mcuq.lower.packing import (
    PackedLayer,
    column_scratch,
    depthwise_scratch,
    pack_convolution,
    pack_dense,
    pack_depthwise,
)

Int8s = npt.NDArray[np.int8]


@dataclass(frozen=True, eq=False)
class LayerCall:
    """One kernel call: what lies in memory, in the order of the arguments.

    Attributes:
        function: the kernel.
        structure: its parameter structure; in bytes.
        packed: weights and channel words.
        input: int8.
        output_bytes: of the result.
        scratch_bytes: 0 where the function takes no scratch.
        macs: multiply-accumulates, taps in the padding included.
    """

    function: str
    structure: bytes
    packed: PackedLayer
    input: Int8s
    output_bytes: int
    scratch_bytes: int
    macs: int


def window_structure(extents: Sequence[int], values: Sequence[int], direction: int) -> bytes:
    """`mcuq_conv` or `mcuq_depthwise`.

    Args:
        extents: all fields of 16 bits.
        values: zero points of input and output, activation range.
        direction: 0 ascending, 1 descending.
    """
    return _words(struct.pack(f"<{len(extents)}H4bB", *extents, *values, direction))


def pointwise_structure(
    pixels: int, channels: tuple[int, int], output: tuple[int, int, int], direction: int
) -> bytes:
    """`mcuq_pointwise`; channels: in and out; output: zero point and activation range."""
    return _words(struct.pack("<i2H3bB", pixels, *channels, *output, direction))


def dense_structure(depth: int, outputs: int, output: tuple[int, int, int]) -> bytes:
    """`mcuq_dense`; output: zero point and activation range."""
    return _words(struct.pack("<iH3b", depth, outputs, *output))


def _words(structure: bytes) -> bytes:
    return structure + bytes(-len(structure) % 4)


def _random(bits: int, shape: tuple[int, ...]) -> Int8s:
    limit = 127 if bits == 8 else 7
    return np.random.default_rng(0).integers(-limit, limit + 1, shape, np.int8)


def _input(shape: tuple[int, ...]) -> Int8s:
    return np.random.default_rng(1).integers(-128, 128, shape, np.int8)


def _requantization(outputs: int) -> Requantization:
    """Factors around 2^-10, as trained layers have them; both zero points are -128."""
    rng = np.random.default_rng(2)
    return Requantization(
        rng.integers(-1000, 1000, outputs).astype(np.int32),
        rng.integers(1 << 30, (1 << 31) - 1, outputs).astype(np.int32),
        np.full(outputs, -10, np.int32),
        -128,
        -128,
    )


def _conv(bits: int) -> LayerCall:
    """3×3, 16 → 16 channels, 32×32, SAME."""
    window = (3, 3, 1, 1, 1, 1, 1, 1)
    packed = pack_convolution(_random(bits, (16, 3, 3, 16)), bits, _requantization(16))
    structure = window_structure((32, 32, 16, 32, 32, 16, *window), (-128, -128, -128, 127), 0)
    values = _input((32, 32, 16))
    macs = 32 * 32 * 16 * 144
    scratch = column_scratch(144)
    return LayerCall(f"mcuq_conv_s{bits}", structure, packed, values, values.size, scratch, macs)


def _pointwise(bits: int) -> LayerCall:
    """1×1, 64 → 64 channels, 25×5."""
    packed = pack_convolution(_random(bits, (64, 1, 1, 64)), bits, _requantization(64))
    structure = pointwise_structure(125, (64, 64), (-128, -128, 127), 0)
    values = _input((125, 64))
    scratch = column_scratch(64)
    name = f"mcuq_pointwise_s{bits}"
    return LayerCall(name, structure, packed, values, values.size, scratch, 125 * 64 * 64)


def _depthwise(bits: int) -> LayerCall:
    """3×3, 64 channels, 25×5, SAME."""
    window = (3, 3, 1, 1, 1, 1, 1, 1)
    packed = pack_depthwise(_random(bits, (1, 3, 3, 64)), bits, _requantization(64))
    structure = window_structure((25, 5, 25, 5, 64, *window), (-128, -128, -128, 127), 0)
    values = _input((25, 5, 64))
    scratch = depthwise_scratch(9, 64, bits, expanded=True)
    name = f"mcuq_depthwise_expanded_s{bits}"
    return LayerCall(name, structure, packed, values, values.size, scratch, 125 * 64 * 9)


def _dense(bits: int) -> LayerCall:
    """640 → 128."""
    packed = pack_dense(_random(bits, (128, 640)), bits, _requantization(128))
    structure = dense_structure(640, 128, (-128, -128, 127))
    return LayerCall(f"mcuq_dense_s{bits}", structure, packed, _input((640,)), 128, 0, 640 * 128)


LAYERS: Mapping[str, Callable[[int], LayerCall]] = {
    "conv3x3_16x16_32x32": _conv,
    "conv1x1_64x64_25x5": _pointwise,
    "depthwise3x3_64_25x5": _depthwise,
    "dense_640x128": _dense,
}
"""Name → layer for weights of 8 or 4 bits."""
