"""Why a layer has its bits: what each choice costs in bytes and in search loss."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass

from mcuq.document import Document
from mcuq.errors import UsageError
from mcuq.numeric.widths import WIDTHS, width_name
from mcuq.ops.catalog import operator
from mcuq.ops.filters import filter_bytes
from mcuq.report.naming import short_names
from mcuq.report.store import Report
from mcuq.result.accuracy import LayerErrorFigures
from mcuq.result.configuration import TensorConfig
from mcuq.result.manifest import Layer, Manifest

_NAMED = 16
"""Layers that an error lists."""
_NAMES = {width_name(width): width for width in WIDTHS}


@dataclass(frozen=True)
class Alternative:
    """One way to store a filter.

    Attributes:
        choice: such as "int4:gptq".
        bytes: of the filter, stored so.
        rise: of the search loss over plain int8, with this choice alone.
        built: whether it is what was built.
    """

    choice: str
    bytes: int
    rise: float
    built: bool


@dataclass(frozen=True)
class Explanation:
    """What is known of one layer.

    Attributes:
        index: its number in execution order, from 0.
        name: short, unique in the model.
        layer: as in `manifest.json`.
        output: the tensor that it computes, as in `config.json`; null where it has none there.
        alternatives: what could be chosen, least loss first; empty without a filter or search.
        rank: place among the filters by loss per byte that int4 saves, 1 the cheapest to
            shrink; None where that was not measured.
        ranked: filters in that order.
        error: of its output, float model against integers; null where that was not measured.
    """

    index: int
    name: str
    layer: Layer
    output: TensorConfig | None
    alternatives: tuple[Alternative, ...]
    rank: int | None
    ranked: int
    error: LayerErrorFigures | None


EXPLANATION = Document(
    "explain", Explanation, "one layer: what each choice costs", "`mcuq explain --json`", version=3
)


def explain(report: Report, wanted: str) -> Explanation:
    """The layer called `wanted`: its number, its full or its short name.

    Raises:
        UsageError: there is no such layer, or more than one.
    """
    index = _find(report.manifest, wanted)
    layer = report.manifest.layers[index]
    order = _by_loss_per_byte(report)
    names = short_names(item.name for item in report.manifest.layers)
    return Explanation(
        index=index,
        name=names[layer.name],
        layer=layer,
        output=report.config.tensor(layer.name),
        alternatives=_alternatives(report, layer),
        rank=order.index(layer.filter) + 1 if layer.filter in order else None,
        ranked=len(order),
        error=None if report.accuracy is None else report.accuracy.layer(layer.name),
    )


def _find(manifest: Manifest, wanted: str) -> int:
    names = [layer.name for layer in manifest.layers]
    short = list(short_names(names).values())
    if wanted.isdecimal() and int(wanted) < len(names):
        return int(wanted)
    for known in (names, short):
        if known.count(wanted) == 1:
            return known.index(wanted)
    kinds = [layer.kind for layer in manifest.layers]
    if kinds.count(wanted.upper()) == 1:
        return kinds.index(wanted.upper())
    for texts in (names, kinds):
        matches = [i for i, text in enumerate(texts) if wanted.lower() in text.lower()]
        if len(matches) == 1:
            return matches[0]
        if matches:
            raise UsageError(
                f"{wanted!r} fits several layers: {_listed(manifest, matches)}",
                "name one by its number",
            )
    close = difflib.get_close_matches(wanted, short, n=1)
    every = f"the layers are {_listed(manifest, range(len(names)))}"
    raise UsageError(f"no layer {wanted!r}", f"did you mean {close[0]}?" if close else every)


def _listed(manifest: Manifest, numbers: Sequence[int]) -> str:
    """`3 re_lu_2/Relu (ADD), …`: as many as a reader takes in."""
    short = list(short_names(layer.name for layer in manifest.layers).values())
    shown = (f"{i} {short[i]} ({manifest.layers[i].kind})" for i in numbers[:_NAMED])
    return ", ".join(shown) + (", …" if len(numbers) > _NAMED else "")


def _alternatives(report: Report, layer: Layer) -> tuple[Alternative, ...]:
    if layer.filter is None:
        return ()
    tensor = report.config.tensor(layer.filter)
    shape = tensor.shape if tensor else (1,)
    built, kind = _chosen(report, layer), operator(layer.kind)
    found = [
        Alternative(choice, filter_bytes(kind, shape, _bits(choice)), rise, choice == built)
        for choice, rise in report.front.singles.get(layer.filter, {}).items()
        if choice.split(":")[0] in _NAMES
    ]
    return tuple(sorted(found, key=lambda item: (item.rise, item.bytes, item.choice)))


def _chosen(report: Report, layer: Layer) -> str:
    """What the search chose for the layer's filter; the finish refines it at the same bits."""
    point = report.front.chosen()
    if point is not None and layer.filter is not None and layer.filter in point.choices:
        return point.choices[layer.filter]
    return "" if layer.bits is None else f"{width_name(layer.bits)}:{layer.method}"


def _bits(choice: str) -> int:
    return _NAMES[choice.split(":")[0]]


def _by_loss_per_byte(report: Report) -> list[str]:
    """Filters, the one first whose best int4 form costs least loss a byte saved."""
    prices = {}
    for layer in report.manifest.layers:
        alternatives = _alternatives(report, layer)
        narrow = [item for item in alternatives if _bits(item.choice) == 4]
        if layer.filter is not None and narrow:
            best = min(narrow, key=lambda item: item.rise)
            prices[layer.filter] = best.rise / max(best.bytes, 1)
    return sorted(prices, key=lambda name: (prices[name], name))
