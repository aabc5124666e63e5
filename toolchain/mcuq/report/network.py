"""The network as it runs, for the report's drawing: layers, what they read, in bands.

A network is deeper than a page is high: it is drawn in bands of some layers, one beside or below
the other, cut where little crosses. Where a band goes on from another, it says by which layer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from mcuq.numeric.widths import width_name
from mcuq.report.drawing import bits_color
from mcuq.report.naming import numbered_names, short_names
from mcuq.result.configuration import ConfigFile
from mcuq.result.manifest import Layer, Manifest

_BAND = 8
"""Layers of a band at most, give or take one: a band is half a printed page."""
Source = int | str
"""The number of a layer, or the name of an input."""
Edge = tuple[Source, int]
"""What is read, and the number of the layer that reads it."""


@dataclass(frozen=True)
class DrawnNode:
    """A box of the drawing.

    Attributes:
        id: unique in its band.
        kind: a layer, an input of the model, or another band's layer that something comes from or
            goes to.
        lines: its text.
        color: of its edge; empty for none.
        link: what a click leads to; empty for nothing.
    """

    id: str
    kind: Literal["layer", "input", "elsewhere"]
    lines: tuple[str, ...]
    color: str = ""
    link: str = ""


@dataclass(frozen=True)
class Band:
    """Layers that are drawn together.

    Attributes:
        title: for readers who do not see it.
        edges: pairs of ids, from what is read to what reads it.
    """

    title: str
    nodes: tuple[DrawnNode, ...]
    edges: tuple[tuple[str, str], ...]

    def plain(self) -> dict[str, Any]:
        """As JSON has it."""
        return asdict(self)


def network(manifest: Manifest, config: ConfigFile) -> list[Band]:
    """The bands; none where an older mcuq did not write what layers read."""
    if not any(layer.reads for layer in manifest.layers):
        return []
    edges = edges_of(manifest.layers)
    starts = band_starts(len(manifest.layers), edges)
    ends = [*starts[1:], len(manifest.layers)]
    return [
        _band(manifest, config, edges, range(first, end))
        for first, end in zip(starts, ends, strict=True)
    ]


def edges_of(layers: Sequence[Layer]) -> list[Edge]:
    """Each layer's sources, in order. A buffer that several layers fill part by part has them all
    as its sources, one that a layer rewrites that layer alone."""
    filled: dict[str, list[Source]] = {}
    edges: list[Edge] = []
    for index, layer in enumerate(layers):
        for buffer in layer.reads:
            sources: list[Source] = filled.get(buffer, [buffer])
            edges += [(source, index) for source in sources]
        for buffer in layer.writes:
            kept = [] if buffer in layer.reads else filled.get(buffer, [])
            filled[buffer] = [*kept, index]
    return list(dict.fromkeys(edges))


def band_starts(count: int, edges: Sequence[Edge]) -> list[int]:
    """Numbers of the first layers of the bands: near equal parts, cut where least crosses."""
    parts = max(1, -(-count // _BAND))
    starts = [0]
    for part in range(1, parts):
        near = round(part * count / parts)
        places = [at for at in (near, near - 1, near + 1) if starts[-1] < at < count]
        starts.append(min(places, key=lambda at: _crossing(at, edges)))
    return starts


def _crossing(at: int, edges: Sequence[Edge]) -> int:
    """Sources before layer `at` that it or a later one reads."""
    return len({source for source, reader in edges if _before(source, at) and at <= reader})


def _before(source: Source, at: int) -> bool:
    """Inputs are there before all layers."""
    return isinstance(source, str) or source < at


def _band(manifest: Manifest, config: ConfigFile, edges: Sequence[Edge], layers: range) -> Band:
    names = short_names(layer.name for layer in manifest.layers)
    nodes = {str(i): _layer(i, manifest.layers[i], names) for i in layers}
    pairs: list[tuple[str, str]] = []
    for source, reader in edges:
        if reader in layers:
            start = _start(manifest, config, source) if source not in layers else None
            if start is not None:
                nodes.setdefault(start.id, start)
            pairs.append((str(source) if start is None else start.id, str(reader)))
        elif source in layers:
            end = f"to {reader}"
            nodes.setdefault(end, DrawnNode(end, "elsewhere", (end,), link=f"layer-{reader}"))
            pairs.append((str(source), end))
    title = f"layers {layers.start} to {layers.stop - 1}"
    return Band(title, tuple(nodes.values()), tuple(pairs))


def _layer(index: int, layer: Layer, names: Mapping[str, str]) -> DrawnNode:
    shape = "×".join(map(str, layer.shape))
    weights = "" if layer.bits is None else f", {width_name(layer.bits)} weights"
    lines = (f"{index} {layer.kind}", names[layer.name], f"{shape}{weights}")
    return DrawnNode(str(index), "layer", lines, bits_color(layer.bits), f"layer-{index}")


def _start(manifest: Manifest, config: ConfigFile, source: Source) -> DrawnNode:
    """A layer of an earlier band, or an input of the model."""
    if isinstance(source, int):
        return DrawnNode(f"from {source}", "elsewhere", (f"from {source}",), link=f"layer-{source}")
    tensor = config.tensor(source)
    shape = () if tensor is None else ("×".join(map(str, tensor.shape)),)
    name = numbered_names(manifest, (source,))[source]
    return DrawnNode(f"input {source}", "input", (name, *shape))
