"""Why a weighted operator does not run on the packed kernels: the one place that says it."""

from __future__ import annotations

from dataclasses import replace

from mcuq.lower.interface import library_name
from mcuq.lower.program import Call

GROUPED = "grouped convolution"
MULTIPLIER = "depth multiplier above 1"
IMAGES = "several images at once"
EXTENT = "an extent above 65,535"
INT16 = "16-bit activations"
INTERFACE = "CMSIS-NN's interface was asked for"

CHOSEN = frozenset({INT16, INTERFACE})
"""Reasons that a request brings with it, whatever the model."""


def left_out(channels: int, outputs: int) -> str:
    """Of channels that are computed one by one, the others by the packed kernel."""
    return f"{channels} of {outputs} channels computed alone: their sums exceed the packed form"


def unpackable(channels: int, outputs: int) -> str:
    """Of a layer that is not packed because most of its channels cannot be."""
    return f"the sums of {channels} of {outputs} channels exceed the packed form"


def slowed(call: Call, why: str) -> Call:
    """The call with its reason, where it multiplies weights and has none yet."""
    return replace(call, slow=call.slow or why) if call.weight_bits else call


def portable(call: Call) -> Call:
    """The call with the reason that lies in the choice of kernels, where they are portable ones."""
    if "_s16" in call.function:
        return slowed(call, INT16)
    return slowed(call, INTERFACE) if library_name(call.function) else call
