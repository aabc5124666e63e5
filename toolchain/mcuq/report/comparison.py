"""Results, other tools' files and configurations side by side."""

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
    """One figure of all that is compared, the one that the others are held against first.

    Attributes:
        name: what it is.
        figures: None where one has none.
    """

    name: str
    figures: tuple[Figure | None, ...]

    def verdict(self, at: int) -> Verdict:
        """Of figure `at` beside the first."""
        first, other = self.figures[0], self.figures[at]
        if first is None or other is None:
            return "incomparable"
        if first.value == other.value:
            return "equal"
        return "worse" if other.worse_than(first.value) else "better"

    def change(self, at: int) -> str:
        """Relative change from the first such as `-12.5 %`; empty where there is none to give."""
        first, other = self.figures[0], self.figures[at]
        if first is None or other is None or not first.value:
            return ""
        return f"{(other.value / first.value - 1) * 100:+.1f} %"


@dataclass(frozen=True)
class LayerWeights:
    """How one layer's weights are stored in each of what is compared.

    Attributes:
        layer: its name.
        choices: such as "int4 gptq"; empty where one has no such layer.
    """

    layer: str
    choices: tuple[str, ...]


@dataclass(frozen=True)
class Side:
    """One of what is compared.

    Attributes:
        name: what it was called.
        figures: by name.
        weights: how the weights of each layer are stored.
    """

    name: str
    figures: Mapping[str, Figure]
    weights: Mapping[str, str]


@dataclass(frozen=True)
class ComparedFigure:
    """One figure of all that is compared.

    Attributes:
        name: what it is, such as "flash"; sizes in bytes.
        values: of each; null where it has none.
        verdicts: of each but the first, beside the first.
    """

    name: str
    values: tuple[float | None, ...]
    verdicts: tuple[Verdict, ...]


@dataclass(frozen=True)
class Comparison:
    """Several results side by side.

    Attributes:
        names: what is compared; the first is what the others are held against.
        figures: every figure that one of them has.
        layers: those whose weights differ.
    """

    names: tuple[str, ...]
    figures: tuple[ComparedFigure, ...]
    layers: tuple[LayerWeights, ...]


COMPARISON = Document(
    "compare", Comparison, "results side by side", "`mcuq compare --json`", version=2
)


def comparison(sides: Sequence[Side]) -> Comparison:
    """What of a comparison is written."""
    others = range(1, len(sides))
    figures = (
        ComparedFigure(
            row.name,
            tuple(None if figure is None else figure.value for figure in row.figures),
            tuple(row.verdict(at) for at in others),
        )
        for row in rows(sides)
    )
    names = tuple(side.name for side in sides)
    return Comparison(names, tuple(figures), tuple(differing_weights(sides)))


def side(name: str, manifest: Manifest) -> Side:
    """A result of ours, as it is compared."""
    layers = (layer for layer in manifest.layers if layer.bits is not None)
    return Side(name, compared_figures(manifest), {one.name: _choice(one) for one in layers})


def rows(sides: Sequence[Side]) -> list[Row]:
    """Every figure that one of them has, by name."""
    names = dict.fromkeys(name for one in sides for name in one.figures)
    return [Row(name, tuple(one.figures.get(name) for one in sides)) for name in names]


def differing_weights(sides: Sequence[Side]) -> list[LayerWeights]:
    """Layers that two of them store in different ways."""
    names = dict.fromkeys(name for one in sides for name in one.weights)
    found = (
        LayerWeights(name, tuple(one.weights.get(name, "") for one in sides)) for name in names
    )
    return [one for one in found if len(set(filter(None, one.choices))) > 1]


def _choice(layer: Layer) -> str:
    return "" if layer.bits is None else f"{width_name(layer.bits)} {layer.method}"
