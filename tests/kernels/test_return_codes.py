"""Parameters that contradict each other: the error of mcuq_nnfunctions.h, and nothing written."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import pytest
from kernel_native import Words, call

from mcuq.resources import firmware_dir

SUCCESS, ARG_ERROR = 0, -1
UNTOUCHED = 77
INPUT = (1, 4, 4, 6)
OUTPUT = (1, 2, 2, 6)
WIDTHS = ("s8", "s4")
CONVOLVE = [f"mcuq_convolve_{form}{width}" for form in ("wrapper_", "") for width in WIDTHS]
POINTWISE = [f"mcuq_convolve_1x1_{width}" for width in WIDTHS]
FAST = [f"mcuq_convolve_1x1_{width}_fast" for width in WIDTHS]
DEPTHWISE = [f"mcuq_depthwise_conv_{form}{width}" for form in ("wrapper_", "") for width in WIDTHS]
DENSE = [f"mcuq_fully_connected_{width}" for width in WIDTHS]
PER_CHANNEL = ("mcuq_fully_connected_per_channel_s8",)
POOLS = ("mcuq_avgpool_s8", "mcuq_max_pool_s8")
MULTIPLIERS, SHIFTS = np.full(16, 1 << 30, np.int32), np.full(16, -8, np.int32)

Dims = Sequence[int]


class Call:
    """One call with tensors of ones, and what it left in its output."""

    def __init__(self) -> None:
        self._input = np.ones(1024, np.int8)
        self._filter = np.ones(1024, np.int8)
        self.output = np.full(1024, UNTOUCHED, np.int8)
        self._context = Words(np.zeros(1, np.int8), 0)

    def __call__(
        self, name: str, settings: Words, scales: Words | None, dims: Sequence[Dims], upscale: bool
    ) -> int:
        first, middle, last = (Words(*extents) for extents in dims)
        before = (self._context, settings) if scales is None else (self._context, settings, scales)
        if scales is None:
            return call(name, *before, first, self._input, middle, last, self.output)
        bias = Words(1, 1, 1, 1), None
        extra = ((Words(1, 1, 1, 1),) if upscale else (None,)) if name == "mcuq_convolve_s8" else ()
        tensors = (first, self._input, middle, self._filter, *bias)
        return call(name, *before, *tensors, *extra, last, self.output)


def status_of(
    name: str, settings: Sequence[int], scales: Words | None, *dims: Dims, upscale: bool = False
) -> int:
    run = Call()
    status = run(name, Words(*settings), scales, dims, upscale)
    untouched = bool((run.output == UNTOUCHED).all())
    assert untouched == (status == ARG_ERROR)
    return status


def window(
    *, ch_mult: int | None = None, stride: int = 1, padding: int = 0, pool: bool = False
) -> list[int]:
    factor = [] if ch_mult is None else [ch_mult]
    places = [stride, stride, padding, padding]
    return [*([] if pool else [1, 0, *factor]), *places, *([] if pool else [1, 1]), -128, 127]


SCALES = Words(MULTIPLIERS, SHIFTS)
ONE_SCALE = Words(1 << 30, -8)


@pytest.mark.parametrize("name", CONVOLVE)
def test_convolution(name: str) -> None:
    def status(filter_depth: int, outputs: int, upscale: bool = False) -> int:
        dims = INPUT, (outputs, 3, 3, filter_depth), (1, 2, 2, outputs)
        return status_of(name, window(), SCALES, *dims, upscale=upscale)

    assert status(6, 4) == status(3, 4) == status(2, 6) == SUCCESS
    assert status(4, 4) == status(12, 4) == status(3, 5) == status(0, 4) == ARG_ERROR
    if name == "mcuq_convolve_s8":
        assert status(6, 4, upscale=True) == ARG_ERROR


@pytest.mark.parametrize("name", [*POINTWISE, *FAST])
def test_pointwise_convolution(name: str) -> None:
    def status(kernel: Dims = (1, 1), depth: int = 6, stride: int = 1, padding: int = 0) -> int:
        dims = INPUT, (5, *kernel, depth), (1, 2, 2, 5)
        return status_of(name, window(stride=stride, padding=padding), SCALES, *dims)

    assert status() == SUCCESS
    assert status(stride=2) == (SUCCESS if name in POINTWISE else ARG_ERROR)
    assert status((1, 2)) == status((2, 1)) == status(depth=3) == status(padding=1) == ARG_ERROR


@pytest.mark.parametrize("name", DEPTHWISE)
def test_depthwise_convolution(name: str) -> None:
    def status(ch_mult: int, outputs: int) -> int:
        dims = INPUT, (1, 3, 3, outputs), (1, 2, 2, outputs)
        return status_of(name, window(ch_mult=ch_mult), SCALES, *dims)

    assert status(1, 6) == status(2, 12) == SUCCESS
    assert status(1, 5) == status(2, 6) == status(0, 6) == status(-1, 6) == ARG_ERROR


@pytest.mark.parametrize("name", [*DENSE, *PER_CHANNEL])
def test_dense(name: str) -> None:
    def status(depth: int, channels: int, outputs: int) -> int:
        dims = (2, 1, 1, depth), (depth, 1, 1, channels), (2, 1, 1, outputs)
        scales = SCALES if name in PER_CHANNEL else ONE_SCALE
        return status_of(name, [1, 0, 0, -128, 127], scales, *dims)

    assert status(6, 4, 4) == SUCCESS
    assert status(6, 4, 5) == status(-1, 4, 4) == ARG_ERROR


@pytest.mark.parametrize("name", POOLS)
def test_pooling(name: str) -> None:
    settings = window(pool=True)
    assert status_of(name, settings, None, INPUT, (1, 3, 3, 1), OUTPUT) == SUCCESS
    assert status_of(name, settings, None, INPUT, (1, 3, 3, 1), (1, 2, 2, 5)) == ARG_ERROR


def test_every_function_with_a_check_is_here() -> None:
    text = (firmware_dir() / "include" / "mcuq_nnfunctions.h").read_text(encoding="utf-8")
    checked = {*CONVOLVE, *POINTWISE, *FAST, *DEPTHWISE, *DENSE, *PER_CHANNEL, *POOLS}
    unchecked = {"mcuq_elementwise_add_s8", "mcuq_elementwise_mul_s8"}
    forwards = {"mcuq_fully_connected_wrapper_s8"}
    declared = set(re.findall(r"^arm_cmsis_nn_status (\w+)\(", text, re.MULTILINE))
    assert declared == checked | unchecked | forwards
