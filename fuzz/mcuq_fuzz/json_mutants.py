"""JSON with a few values changed, moved, doubled or left out: what stays is almost valid."""

from __future__ import annotations

import json
from random import Random
from typing import Any

_ODD: tuple[Any, ...] = (
    None, True, False, -1, 0, 1, 2, 255, 2**31, 2**63, -(2**63), 10**400, 0.5, 1e308, -0.0, "", "x",
    "\x1b[31m", "../x", [], {}, [0], float("nan"), float("inf"),
)  # fmt: skip


def mutant(data: bytes, rng: Random) -> bytes:
    """One to four places of a document changed; anything that is no JSON stays as it is."""
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return data
    for _ in range(rng.choice((1, 1, 2, 4))):
        value = _changed(value, rng)
    return json.dumps(value, separators=rng.choice(((",", ":"), (", ", ": ")))).encode()


def _changed(value: Any, rng: Random) -> Any:
    """A copy with one place changed, found along a random path."""
    if not isinstance(value, dict | list) or not value or rng.random() < 0.1:
        return _other(value, rng)
    keys: list[Any] = list(value) if isinstance(value, dict) else list(range(len(value)))
    key = rng.choice(keys)
    copy: Any = value.copy()
    action = rng.randrange(8)
    if action == 0:
        del copy[key]
    elif action == 1 and isinstance(copy, list):
        copy.insert(key, copy[key])
    elif action == 1:
        copy[rng.choice(("x", "format", f"{key}x"))] = copy[key]
    elif action == 2:
        copy[key] = copy[rng.choice(keys)]
    else:
        copy[key] = _changed(copy[key], rng)
    return copy


def _other(value: Any, rng: Random) -> Any:
    if type(value) in (int, float) and rng.random() < 0.5:
        return rng.choice((value + 1, value - 1, -value, value * 2))
    return rng.choice(_ODD)
