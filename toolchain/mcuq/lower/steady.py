"""Which kernels take the same instructions whatever the data: the one place that says it.

Their loops end by shapes and their branches are on constants of the model; values are clamped by
SSAT or by conditional instructions, which are executed either way. tests/kernels/test_steady.py
compares extremes and random inputs.
"""

from __future__ import annotations

_PACKED = (
    *("mcuq_conv", "mcuq_pointwise", "mcuq_dense", "mcuq_depthwise", "mcuq_depthwise_expanded"),
    *("mcuq_conv_lanes", "mcuq_pointwise_lanes", "mcuq_dense_lanes"),
    "mcuq_depthwise_lanes",
    "mcuq_transpose_conv",
)
_WIDTHS = ("s8", "s4", "s2", "ternary")
STEADY = frozenset(f"{kernel}_{width}" for kernel in _PACKED for width in _WIDTHS) | {
    *("mcuq_lut_s8", "mcuq_max_pool_s8", "mcuq_pad_s8", "mcuq_copy_s8", "mcuq_gather_s8"),
    *("mcuq_update_s8", "mcuq_update_s16"),
    *("mcuq_resize_nearest_s8", "mcuq_logical_not_s8", "mcuq_keep"),
    *("mcuq_copy_constant", "mcuq_widen_s4", "mcuq_widen_s2", "mcuq_widen_ternary"),
    *("mcuq_pad_s16", "mcuq_copy_s16", "mcuq_resize_nearest_s16"),
}
"""Of mcuq's own, on a core that saturates in one instruction."""

BRANCHES = "its kernel branches on data"
CLAMPS = "this core clamps by branches"
LIBRARY = "the library does not say"

_WITHOUT_SATURATION = frozenset({"cortex-m0plus"})


def varies(function: str, core: str, *, is_external: bool) -> str:
    """Why the instructions of a kernel depend on the data; empty where they do not.

    Args:
        core: the compiler's name.
        is_external: the function is of another library than mcuq's.
    """
    if is_external:
        return LIBRARY
    if function not in STEADY:
        return BRANCHES
    return CLAMPS if core in _WITHOUT_SATURATION else ""
