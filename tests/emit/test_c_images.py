"""Several images at once, as a RESHAPE inside a model can make them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from host_model import HostModel
from operator_cases import FixedRanges

from mcuq.importers.builder import GraphBuilder
from mcuq.ops.attrs import Attrs, Padding
from mcuq.ops.interpolation import ResizeAttrs
from mcuq.ops.movement import RESHAPE, ReshapeAttrs
from mcuq.ops.operator import AnyOperator
from mcuq.ops.pooling import AVERAGE_POOL_2D, MAX_POOL_2D, PoolAttrs
from mcuq.ops.resize import RESIZE_BILINEAR, RESIZE_NEAREST_NEIGHBOR
from mcuq.ops.weighted import CONV_2D, DEPTHWISE_CONV_2D, TRANSPOSE_CONV
from mcuq.ops.weighted_params import ConvAttrs, DepthwiseConvAttrs, TransposeConvAttrs
from mcuq.quantize import Config, quantize

_SAME = Padding.SAME
CASES: dict[str, tuple[AnyOperator, Attrs, tuple[int, ...]]] = {
    "conv": (CONV_2D, ConvAttrs((2, 1), padding=_SAME), (5, 3, 3, 3)),
    "pointwise": (CONV_2D, ConvAttrs(), (5, 1, 1, 3)),
    "depthwise": (DEPTHWISE_CONV_2D, DepthwiseConvAttrs(padding=_SAME), (1, 3, 3, 3)),
    "transposed": (TRANSPOSE_CONV, TransposeConvAttrs((2, 8, 9, 5), (2, 2), _SAME), (5, 3, 3, 3)),
    "average": (AVERAGE_POOL_2D, PoolAttrs((2, 2), (2, 2), _SAME), ()),
    "nearest": (RESIZE_NEAREST_NEIGHBOR, ResizeAttrs((7, 3)), ()),
    "bilinear": (RESIZE_BILINEAR, ResizeAttrs((7, 3)), ()),
    "largest": (MAX_POOL_2D, PoolAttrs((2, 2), (1, 1), _SAME), ()),
}


@pytest.mark.parametrize(
    ("name", "bits"), [(n, b) for n in CASES for b in (8, 16) if (n, b) != ("bilinear", 16)]
)
def test_every_image_is_computed(name: str, bits: int, tmp_path: Path) -> None:
    kind, attrs, filters = CASES[name]
    rng = np.random.default_rng(1)
    build = GraphBuilder()
    x = build.input((1, 2, 4, 5, 3), "x")
    operands = [build.op(RESHAPE, ReshapeAttrs((2, 4, 5, 3)), [x], "images")]
    if filters:
        operands.append(build.constant(rng.normal(size=filters), "w"))
    y = build.op(kind, attrs, operands, "y")
    ranges = FixedRanges(default=(-3.0, 3.0))
    qgraph = quantize(build.graph("main", (y,)), ranges, Config(activation_bits=bits))
    dtype = np.int8 if bits == 8 else np.int16
    HostModel(qgraph, tmp_path).check([rng.integers(-128, 128, (2, 2, 4, 5, 3)).astype(dtype)])
