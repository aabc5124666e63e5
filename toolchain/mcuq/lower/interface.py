"""Which of mcuq's kernels have CMSIS-NN's interface, and what they are called there.

mcuq's are named `mcuq_…`: an application may link CMSIS-NN, whose names are its own, beside them.
"""

from __future__ import annotations

_OURS, _THEIRS = "mcuq_", "arm_"

INTERFACE = frozenset(
    _OURS + name
    for name in (
        *(f"convolve_wrapper_{width}" for width in ("s4", "s8", "s16")),
        *(f"depthwise_conv_wrapper_{width}" for width in ("s4", "s8", "s16")),
        *(f"fully_connected_{width}" for width in ("s4", "s8", "s16")),
        "fully_connected_per_channel_s8",
        *(f"{pool}_{width}" for pool in ("avgpool", "max_pool") for width in ("s8", "s16")),
        *(f"softmax_{width}" for width in ("s8", "s16", "s8_s16")),
        "elementwise_add_s8",
        "elementwise_mul_s8",
    )
)
"""mcuq's functions that take the same arguments as one of CMSIS-NN's."""


def library_name(function: str) -> str | None:
    """CMSIS-NN's name of one of mcuq's functions; None where it has none."""
    return _THEIRS + function.removeprefix(_OURS) if function in INTERFACE else None
