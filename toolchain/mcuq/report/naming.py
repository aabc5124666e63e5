"""Short names for tensors whose exporters write whole paths."""

from __future__ import annotations

from collections.abc import Iterable

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
