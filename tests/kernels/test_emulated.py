"""The same kernels as compiled for real cores, executed by an emulator, give the same bytes."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from kernel_fast import (
    conv_layer,
    dense_layer,
    depthwise_layer,
    pointwise_layer,
    run_conv,
    run_dense,
    run_depthwise,
    run_pointwise,
)
from kernel_odd import with_odd_channels
from kernel_weighted import Weighted, build, layers

from mcuq.bench.kernels import run_layer
from mcuq.bench.layers import LayerCall
from mcuq.bench.linking import link_kernels
from mcuq.numeric import TERNARY
from mcuq.numeric.activation import Activation
from mcuq.ops.attrs import Padding
from mcuq.ops.weighted import CONV_2D, DEPTHWISE_CONV_2D, FULLY_CONNECTED
from mcuq.ops.weighted_params import ConvAttrs, DepthwiseConvAttrs
from mcuq_hil.emulator.bare import BareCore

pytestmark = [pytest.mark.arm, pytest.mark.slow]

CORES = ["cortex-m0plus", "cortex-m3", "cortex-m4", "cortex-m7", "cortex-m33"]
EMULATED = settings(max_examples=25, suppress_health_check=list(HealthCheck))


@cache
def machine(core: str) -> BareCore:
    with TemporaryDirectory() as folder:
        return BareCore(core, link_kernels(core, Path(folder) / "kernels.elf"))


def on_core(core: str, layer: LayerCall, shape: tuple[int, ...]) -> np.ndarray:
    _, output = run_layer(machine(core), layer)
    return np.frombuffer(output, np.int8).reshape(shape)


@pytest.mark.parametrize("core", CORES)
@EMULATED
@given(case=layers(CONV_2D), down=st.booleans())
def test_convolution(core: str, case: Weighted, down: bool) -> None:
    actual = on_core(core, conv_layer(case, descending=down), case.output_shape)
    np.testing.assert_array_equal(actual, run_conv(case, descending=down))


@pytest.mark.parametrize("core", CORES)
@EMULATED
@given(case=layers(DEPTHWISE_CONV_2D, simple=True), down=st.booleans())
def test_depthwise(core: str, case: Weighted, down: bool) -> None:
    actual = on_core(core, depthwise_layer(case, descending=down), case.output_shape)
    np.testing.assert_array_equal(actual, run_depthwise(case, descending=down))


@pytest.mark.parametrize("core", CORES)
@EMULATED
@given(case=layers(DEPTHWISE_CONV_2D, expandable=True), down=st.booleans())
def test_expanded_depthwise(core: str, case: Weighted, down: bool) -> None:
    layer = depthwise_layer(case, descending=down, expanded=True)
    actual = on_core(core, layer, case.output_shape)
    np.testing.assert_array_equal(actual, run_depthwise(case, descending=down))


@pytest.mark.parametrize("core", CORES)
@EMULATED
@given(
    case=layers(DEPTHWISE_CONV_2D, expandable=True),
    bits=st.sampled_from((2, TERNARY)),
    down=st.booleans(),
)
def test_expanded_depthwise_of_narrow_weights(
    core: str, case: Weighted, bits: int, down: bool
) -> None:
    narrow = with_odd_channels(case, ["ordinary"] * case.output_shape[-1], bits)
    layer = depthwise_layer(narrow, descending=down, expanded=True)
    actual = on_core(core, layer, narrow.output_shape)
    np.testing.assert_array_equal(actual, run_depthwise(narrow, descending=down))


@pytest.mark.parametrize("core", CORES)
@EMULATED
@given(case=layers(FULLY_CONNECTED))
def test_dense(core: str, case: Weighted) -> None:
    actual = on_core(core, dense_layer(case), case.output_shape)
    np.testing.assert_array_equal(actual, run_dense(case))


@pytest.mark.parametrize("core", CORES)
@pytest.mark.parametrize("bits", [4, 8])
def test_pointwise(core: str, bits: int) -> None:
    shapes = ((1, 3, 3, 10), (7, 1, 1, 10))
    for seed in range(8):
        case = build(CONV_2D, ConvAttrs(), *shapes, bits, seed)
        down = seed % 2 == 1
        actual = on_core(core, pointwise_layer(case, descending=down), case.output_shape)
        np.testing.assert_array_equal(actual, run_pointwise(case, descending=down))


def test_counting_is_exact() -> None:
    """mcuq_lut_s8 has a loop of known length: each element costs the same."""
    core = machine("cortex-m7")
    core.reset()
    source, table = core.place(bytes(1000)), core.place(bytes(256))
    counts = [core.call("mcuq_lut_s8", source, table, source, n) for n in (100, 200, 1000)]
    per_element = (counts[1] - counts[0]) / 100
    assert per_element == int(per_element)
    assert counts[2] - counts[1] == 800 * per_element


@pytest.mark.parametrize("channels", [19, 57, 107])
def test_depthwise_of_any_channels_takes_the_fast_kernel(channels: int) -> None:
    """Hardly longer than for the next multiple of eight."""
    core = machine("cortex-m4")
    attrs = DepthwiseConvAttrs((1, 1), (1, 1), Padding.SAME, 1, Activation.RELU)

    def instructions(count: int) -> int:
        case = build(DEPTHWISE_CONV_2D, attrs, (1, 6, 6, count), (1, 3, 3, count), 8, 0)
        return run_layer(core, depthwise_layer(case))[0]

    assert instructions(channels) < 1.15 * instructions(-(-channels // 8) * 8)
