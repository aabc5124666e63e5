"""Choices of the lowering that depend on where and how the model shall run."""

from __future__ import annotations

from dataclasses import dataclass

from mcuq.choices import Kernels


@dataclass(frozen=True)
class LowerOptions:
    """Attributes:
    kernels: whose.
    speed: take the faster of two forms at the price of code; else the one that makes less code.
    address_bytes: of the machine: some kernels keep addresses in their scratch.
    lanes: the core multiplies vectors of sixteen bytes: weights are stored for that.
    pairs: the core multiplies pairs of 16 bits (DSP extension), so that int8 weights are its
        fastest: others may be copied as these.
    provided: functions of the library that is linked for "cmsis-nn": what it has not stays with
        mcuq. None: mcuq's own portable forms, which have all.
    """

    kernels: Kernels = "mcuq"
    speed: bool = True
    address_bytes: int = 4
    lanes: bool = False
    pairs: bool = True
    provided: frozenset[str] | None = None

    def is_external(self, function: str) -> bool:
        """Whether the library that is linked brings `function`."""
        return self.provided is not None and function in self.provided


def has_lanes(core: str) -> bool:
    """Whether a core, by the compiler's name, has the vector extension."""
    return core in _VECTOR_CORES


def multiplies_pairs(core: str) -> bool:
    """Whether a core, by the compiler's name, has the DSP extension."""
    return core not in _SINGLE_CORES


_VECTOR_CORES = frozenset({"cortex-m55"})
_SINGLE_CORES = frozenset({"cortex-m0plus", "cortex-m3"})
