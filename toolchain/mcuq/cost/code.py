"""Code bytes of the kernels that a program uses, from the compiler's own object files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class FunctionSize:
    """Attributes:
    bytes: the function's section and the read-only data that only it refers to.
    callees: functions it refers to.
    """

    bytes: int
    callees: tuple[str, ...] = ()


@dataclass(frozen=True)
class CodeModel:
    """What an image holds beside the model's constants.

    Attributes:
        functions: sizes of everything that may be linked, by name.
        fixed_flash: bytes that every image of this board and model has: start-up, runner, calls.
        fixed_ram: static data and reserved stack, without the arena.
    """

    functions: Mapping[str, FunctionSize]
    fixed_flash: int = 0
    fixed_ram: int = 0

    def closure(self, names: Iterable[str]) -> frozenset[str]:
        """`names` and everything they call, as far as it is known."""
        found: set[str] = set()
        wanted = list(names)
        while wanted:
            name = wanted.pop()
            if name in self.functions and name not in found:
                found.add(name)
                wanted.extend(self.functions[name].callees)
        return frozenset(found)

    def kernel_bytes(self, names: Iterable[str]) -> int:
        """Bytes that the linker keeps for `names`: its unused sections are dropped."""
        return sum(self.functions[name].bytes for name in self.closure(names))
