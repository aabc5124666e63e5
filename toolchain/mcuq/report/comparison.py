"""Two results side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from mcuq.document import Document
from mcuq.numeric.widths import width_name
from mcuq.report.gates import Figure, compared_figures
from mcuq.result.manifest import Layer, Manifest

Verdict = Literal["better", "worse", "equal", "incomparable"]


@dataclass(frozen=True)
class Row:
    """One figure of both; `verdict` is from the second's point of view."""

    name: str
    first: Figure | None
    second: Figure | None

    @property
    def verdict(self) -> Verdict:
        if self.first is None or self.second is None:
            return "incomparable"
        if self.first.value == self.second.value:
            return "equal"
        return "worse" if self.second.worse_than(self.first.value) else "better"

    @property
    def change(self) -> str:
        """Relative change such as `-12.5 %`; empty where there is none to give."""
        if self.first is None or self.second is None or not self.first.value:
            return ""
        return f"{(self.second.value / self.first.value - 1) * 100:+.1f} %"


@dataclass(frozen=True)
class ComparedFigure:
    """One figure of both results.

    Attributes:
        name: what it is, such as "flash"; sizes in bytes.
        first: of the first result; null where it has none.
        second: of the second.
        verdict: of the second beside the first.
    """

    name: str
    first: float | None
    second: float | None
    verdict: Verdict


@dataclass(frozen=True)
class Comparison:
    """Two results side by side.

    Attributes:
        figures: every figure that either has.
        layers: name, weights in the first and in the second, of the layers where those differ.
    """

    figures: tuple[ComparedFigure, ...]
    layers: tuple[tuple[str, str, str], ...]


COMPARISON = Document("compare", Comparison, "two results side by side", "`mcuq compare --json`")


def comparison(rows: Sequence[Row], layers: Sequence[tuple[str, str, str]]) -> Comparison:
    """What of a comparison is written."""
    figures = (
        ComparedFigure(row.name, _value(row.first), _value(row.second), row.verdict) for row in rows
    )
    return Comparison(tuple(figures), tuple(layers))


def _value(figure: Figure | None) -> float | None:
    return None if figure is None else figure.value


def compare(first: Manifest, second: Manifest) -> list[Row]:
    """Every figure that either has."""
    return compare_figures(compared_figures(first), compared_figures(second))


def compare_figures(left: Mapping[str, Figure], right: Mapping[str, Figure]) -> list[Row]:
    """Every figure that either has, by name."""
    return [Row(name, left.get(name), right.get(name)) for name in {**left, **right}]


def differing_layers(first: Manifest, second: Manifest) -> list[tuple[str, str, str]]:
    """(layer, weights of the first, weights of the second) where the bits or the method differ."""
    others = {layer.name: layer for layer in second.layers}
    return [
        (layer.name, _choice(layer), _choice(other))
        for layer in first.layers
        if (other := others.get(layer.name)) is not None
        and layer.bits is not None
        and (layer.bits, layer.method) != (other.bits, other.method)
    ]


def _choice(layer: Layer) -> str:
    return "" if layer.bits is None else f"{width_name(layer.bits)} {layer.method}"
