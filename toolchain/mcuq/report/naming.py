"""Short names for tensors whose exporters write whole paths."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain

from mcuq.result.manifest import Manifest
from mcuq.shown import visible

_LONGEST = 32
"""Characters of a short name."""


def short_name(name: str) -> str:
    """The last two path parts of the last fused name: `a/b/Relu;a/c/add_1/Add` → `add_1/Add`;
    in one line, as it may be shown."""
    name = visible(name)
    parts = [part for part in name.split(";")[-1].split("/") if part]
    short = "/".join(parts[-2:]) or name
    return short if len(short) <= _LONGEST else "…" + short[1 - _LONGEST :]


def short_names(names: Iterable[str]) -> dict[str, str]:
    """A short name for each of `names`; those that collide are numbered."""
    result: dict[str, str] = {}
    used: dict[str, int] = {}
    for name in names:
        short = short_name(name)
        count = used[short] = used.get(short, 0) + 1
        result[name] = short if count == 1 else f"{short} ({count})"
    return result


def numbered_names(manifest: Manifest, names: Iterable[str]) -> dict[str, str]:
    """`5 conv/Relu` for each of `names` that a layer computes or is called, by the layer's number;
    the short name alone for others, such as inputs. A layer is called the same wherever it is
    shown, whatever stands beside it."""
    wanted = list(dict.fromkeys(names))
    layers = [layer.name for layer in manifest.layers]
    short = short_names(dict.fromkeys(chain(layers, wanted)))
    numbers = {name: i for i, layer in enumerate(manifest.layers) for name in layer.writes}
    numbers |= {name: i for i, name in enumerate(layers)}
    return {
        name: f"{numbers[name]} {short[name]}" if name in numbers else short[name]
        for name in wanted
    }
