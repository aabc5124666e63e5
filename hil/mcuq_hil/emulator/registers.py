"""Peripheral registers without behaviour of their own: storage, with ready bits that follow."""

from __future__ import annotations

from collections.abc import Iterable

from mcuq_hil.emulator.families import Constant, Follow, Rule


class RegisterFile:
    """32-bit registers by address; unknown ones read zero and keep what is written."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._values: dict[int, int] = {}
        self._rules: dict[int, list[Rule]] = {}
        for rule in rules:
            self._rules.setdefault(rule.at, []).append(rule)

    def clear(self) -> None:
        """As after a reset."""
        self._values.clear()

    def read(self, address: int, size: int) -> int:
        word, shift = address & ~3, 8 * (address & 3)
        return (self._word(word) >> shift) & ((1 << 8 * size) - 1)

    def write(self, address: int, size: int, value: int) -> None:
        word, shift = address & ~3, 8 * (address & 3)
        mask = ((1 << 8 * size) - 1) << shift
        old = self._values.get(word, 0)
        self._values[word] = (old & ~mask) | ((value << shift) & mask)

    def _word(self, address: int) -> int:
        value = self._values.get(address, 0)
        for rule in self._rules.get(address, ()):
            if isinstance(rule, Constant):
                value |= rule.bits
            else:
                value = self._followed(value, rule)
        return value

    def _followed(self, value: int, rule: Follow) -> int:
        bits = (self._values.get(rule.source, 0) >> rule.source_shift) & rule.mask
        return (value & ~(rule.mask << rule.shift)) | (bits << rule.shift)
