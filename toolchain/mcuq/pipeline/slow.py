"""Findings on layers that a model's own shape or weights keep off the packed kernels."""

from __future__ import annotations

from mcuq.findings import Finding, about_model
from mcuq.lower import Call, Program
from mcuq.lower.slow import CHOSEN, GROUPED, MULTIPLIER
from mcuq.pipeline.settings import ADVICE
from mcuq.shown import visible

_REMEDIES = {
    GROUPED: "a depthwise convolution followed by a 1x1 one is packed",
    MULTIPLIER: "a depth multiplier of 1 followed by a 1x1 convolution is packed",
}
_REMEDY = "mcuq profile counts each layer; look at the layer's weights, biases and scales"


def slow_findings(program: Program) -> tuple[Finding, ...]:
    """One for each layer that spends a significant share of the model's work on slow kernels.

    What the request chose (16-bit activations, CMSIS-NN's interface) is no finding.
    """
    return tuple(
        about_model("slow-layer", _message(call, program.macs), _REMEDIES.get(call.slow, _REMEDY))
        for call in program.calls
        if call.slow
        and call.slow not in CHOSEN
        and _slow_macs(call) >= ADVICE.slow_share * program.macs
    )


def _slow_macs(call: Call) -> int:
    return call.rest.macs if call.rest else call.macs


def _message(call: Call, total: int) -> str:
    share = _slow_macs(call) / total
    name = visible(call.op.name)
    return f"layer '{name}' runs {share:.0%} of all MACs on slow kernels: {call.slow}"
