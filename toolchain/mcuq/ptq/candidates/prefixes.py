"""Filters solved before, each behind the same layers: mixes of widths have beginnings in common."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable

from mcuq.quantize.settings import CANDIDATES
from mcuq.quantize.weights import QuantizedWeight

Prefix = tuple[Hashable, ...]
"""All that a filter's solution depends on beside the model and the samples: the parameters of the
activations computed before it and the choices of all filters up to itself."""


class Prefixes:
    """What was solved behind which beginning, the least recently used forgotten first.

    Args:
        elements: integers of filters that are remembered, at most.
    """

    def __init__(self, elements: int = CANDIDATES.remembered) -> None:
        self._most, self._held = elements, 0
        self._solved: OrderedDict[Prefix, QuantizedWeight] = OrderedDict()

    def find(self, prefix: Prefix) -> QuantizedWeight | None:
        """The filter at the end of `prefix`, if it was solved behind it."""
        found = self._solved.get(prefix)
        if found is not None:
            self._solved.move_to_end(prefix)
        return found

    def add(self, prefix: Prefix, weight: QuantizedWeight) -> None:
        """Remember a filter that `find` does not know."""
        self._solved[prefix] = weight
        self._held += weight.values.size
        while self._held > self._most:
            self._held -= self._solved.popitem(last=False)[1].values.size
