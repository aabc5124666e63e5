"""Equality of values that hold arrays: by content, the same on every Python.

A dataclass's own `__eq__` asks `array == array` for a truth value, which NumPy refuses; whether it
comes that far depended on an identity short cut that Python 3.13 no longer takes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

import numpy as np


class ByContent:
    """Base of dataclasses with array fields; to be declared with `eq=False`.

    Two are equal when they are of one class and every field is: arrays by dtype, shape and bytes
    (so that NaN equals itself), tuples and mappings of arrays element by element. Unhashable.
    """

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        if type(other) is not type(self):
            return NotImplemented
        return all(
            same_content(getattr(self, field.name), getattr(other, field.name))
            for field in fields(self)  # type: ignore[arg-type]  # subclasses are dataclasses
            if field.compare
        )

    __hash__ = None  # type: ignore[assignment]  # as of every value that holds arrays


def same_content(a: Any, b: Any) -> bool:
    """Whether two fields hold the same, arrays by their bytes."""
    if isinstance(a, np.ndarray) and isinstance(b, np.ndarray):
        return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()
    if isinstance(a, np.ndarray) or isinstance(b, np.ndarray):
        return False
    if isinstance(a, tuple | list) and type(a) is type(b):
        return len(a) == len(b) and all(map(same_content, a, b))
    if isinstance(a, Mapping) and isinstance(b, Mapping):
        return a.keys() == b.keys() and all(same_content(a[key], b[key]) for key in a)
    return bool(a == b)
