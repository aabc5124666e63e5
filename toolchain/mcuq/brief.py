"""A `repr` that fits a line, of values that hold whole networks or data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

import numpy as np

_FEW = 4
"""Elements of a tuple that are still listed."""
_LONG = 60
"""Characters of a value that is still told."""


class Brief:
    """Base of dataclasses, to be declared with `repr=False`.

    `Graph(name='digits', tensors={36}, ops=(13 Op), inputs=('image',), …)`: of mappings and long
    tuples how many they hold, of arrays dtype and shape.
    """

    def __repr__(self) -> str:
        told = (
            (field.name, brief(getattr(self, field.name)))
            for field in fields(self)  # type: ignore[arg-type]  # subclasses are dataclasses
            if field.repr
        )
        return (
            f"{type(self).__name__}({', '.join(f'{name}={text}' for name, text in told if text)})"
        )


def brief(value: Any) -> str:
    """What fits a line; empty of what is empty."""
    if isinstance(value, np.ndarray):
        return f"{value.dtype}[{', '.join(map(str, value.shape))}]"
    if value is None or (isinstance(value, tuple | Mapping) and not value):
        return ""
    if isinstance(value, Mapping):
        return f"{{{len(value)}}}"
    if isinstance(value, tuple):
        return _tuple(value)
    text = repr(value)
    return text if len(text) <= _LONG else f"{type(value).__name__}(…)"


def _tuple(value: tuple[Any, ...]) -> str:
    listed = f"({', '.join(map(brief, value))}{',' if len(value) == 1 else ''})"
    if len(value) <= _FEW and len(listed) <= _LONG:
        return listed
    return f"({len(value)} {type(value[0]).__name__})"
