"""The report's plot of the arena: which buffer lies where, and what is written in place."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import plotly.graph_objects as go

from mcuq.report.drawing import PALETTE, RED, Key, Panels, laid_out, safe_numbered
from mcuq.result.manifest import Manifest, MemoryBlock

_GAP = 0.06
"""Of a layer's width, between boxes."""
_ROOM = 1.14
"""Of the arena, so that the words above its line are within the plot."""


@dataclass(frozen=True)
class Shared:
    """Bytes that two buffers have at the same layers: `later` is written over `earlier`, as far as
    the kernel has finished reading that.

    Attributes:
        low, high: bytes from the arena's begin.
        first, last: numbers of layers, both included.
    """

    earlier: MemoryBlock
    later: MemoryBlock
    low: int
    high: int
    first: int
    last: int


@dataclass(frozen=True)
class _Box:
    """Bytes `low` to `high` at layers `first` to `last`."""

    low: int
    high: int
    first: int
    last: int

    @property
    def area(self) -> int:
        return (self.high - self.low) * (self.last - self.first + 1)


def shared_bytes(memory: tuple[MemoryBlock, ...]) -> list[Shared]:
    """Every pair of buffers that share bytes while both live."""
    found = []
    for one, other in combinations(memory, 2):
        earlier, later = sorted((one, other), key=lambda block: (block.first, block.last))
        low = max(earlier.offset, later.offset)
        high = min(earlier.offset + earlier.size, later.offset + later.size)
        first, last = later.first, min(earlier.last, later.last)
        if low < high and first <= last:
            found.append(Shared(earlier, later, low, high, first, last))
    return found


def memory(manifest: Manifest) -> Panels:
    """The arena over time: a box for every buffer, from its first to its last layer; hatched where
    one is written over another."""
    blocks = manifest.memory
    shared = shared_bytes(blocks)
    names = safe_numbered(manifest, (block.name for block in blocks))
    figure = go.Figure()
    for index, block in enumerate(blocks):
        _draw_block(figure, block, names[block.name], PALETTE[index % len(PALETTE)])
    for one in shared:
        _draw_shared(figure, one, names)
    for block in blocks:
        _draw_name(figure, _free(block, shared), names[block.name])
    _draw_arena(figure, manifest)
    legend = (Key("a layer's output is written over its input (in place)", "var(--ink)", "▨"),)
    return Panels((laid_out(figure, 400),), legend if shared else ())


def _bar(box: _Box, **marker: object) -> go.Bar:
    return go.Bar(
        x=[(box.first + box.last) / 2],
        y=[box.high - box.low],
        base=[box.low],
        width=[box.last - box.first + 1 - _GAP],
        marker=marker,
    )


def _draw_block(figure: go.Figure, block: MemoryBlock, name: str, color: str) -> None:
    bar = _bar(_whole(block), color=color)
    bar.hovertemplate = (
        f"{name}<br>{block.size:,} B at {block.offset:,}"
        f"<br>layers {block.first} to {block.last}<extra></extra>"
    )
    figure.add_trace(bar)


def _draw_shared(figure: go.Figure, one: Shared, names: dict[str, str]) -> None:
    box = _Box(one.low, one.high, one.first, one.last)
    pattern = {"shape": "/", "fgcolor": "#ffffff", "bgcolor": "#4a5058", "size": 7, "solidity": 0.3}
    bar = _bar(box, pattern=pattern, color="#4a5058")
    bar.hovertemplate = (
        f"in place: {names[one.later.name]}<br>over {names[one.earlier.name]}"
        f"<br>{one.high - one.low:,} B at {one.low:,}<extra></extra>"
    )
    figure.add_trace(bar)


def _draw_name(figure: go.Figure, box: _Box | None, name: str) -> None:
    """In the part of a buffer that nothing is drawn over; Plotly hides it where it does not fit."""
    if box is None:
        return
    bar = _bar(box, color="rgba(0,0,0,0)")
    bar.update(
        text=[name],
        textposition="inside",
        insidetextanchor="middle",
        insidetextfont={"color": "#ffffff"},
        hoverinfo="skip",
    )
    figure.add_trace(bar)


def _whole(block: MemoryBlock) -> _Box:
    return _Box(block.offset, block.offset + block.size, block.first, block.last)


def _free(block: MemoryBlock, shared: list[Shared]) -> _Box | None:
    """The largest part of a buffer that it shares with no other, of those that lie to one side of
    each; None where there is none."""
    free: _Box | None = _whole(block)
    for one in shared:
        if free is not None and block.name in (one.earlier.name, one.later.name):
            free = _beside(free, one)
    return free


def _beside(box: _Box, one: Shared) -> _Box | None:
    """The largest part of `box` above, below, before or after what is shared."""
    parts = (
        _Box(box.low, min(box.high, one.low), box.first, box.last),
        _Box(max(box.low, one.high), box.high, box.first, box.last),
        _Box(box.low, box.high, box.first, min(box.last, one.first - 1)),
        _Box(box.low, box.high, max(box.first, one.last + 1), box.last),
    )
    real = [part for part in parts if part.low < part.high and part.first <= part.last]
    return max(real, key=lambda part: part.area, default=None)


def _draw_arena(figure: go.Figure, manifest: Manifest) -> None:
    """Its peak as a line, and the axes."""
    peak = manifest.result.arena_bytes
    top = max((block.offset + block.size for block in manifest.memory), default=peak)
    figure.add_hline(
        peak,
        line_dash="dash",
        line_color=RED,
        annotation_text=f"arena {peak:,} B",
        annotation_position="top right",
    )
    # Names only where they can be read; the others show theirs when pointed at.
    figure.update_layout(barmode="overlay", uniformtext={"minsize": 9, "mode": "hide"})
    end = len(manifest.layers)
    step = max(1, -(-end // 15))
    numbers = list(range(0, end, step))
    figure.update_xaxes(
        title_text="layer",
        tickvals=[-1, *numbers, end],
        ticktext=["in", *map(str, numbers), "out"],
        range=[-1.5, end + 0.5],
    )
    figure.update_yaxes(title_text="arena, bytes", range=[0, max(top, peak) * _ROOM])
