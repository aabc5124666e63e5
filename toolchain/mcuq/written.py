"""How values that are written and read back behave: frozen, strict about keys and ranges."""

from __future__ import annotations

from typing import ClassVar, Self

from pydantic import BaseModel, ConfigDict, model_validator

MOST_REAL = 3.5e38
"""float32 ends there."""
_MOST = 1 << 1024
"""Sizes stay below 2^63, seeds may be anything; beyond this it is no number of ours."""


class Written(BaseModel):
    """A value that is stored as JSON; a field named `float_` is called `float` there."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        alias_generator=lambda name: name.rstrip("_"),
        validate_by_name=True,
        serialize_by_alias=True,
        allow_inf_nan=False,
    )

    signed: ClassVar[frozenset[str]] = frozenset()
    """Fields whose numbers may be below zero; all others are sizes and counts."""

    @model_validator(mode="after")
    def _in_range(self) -> Self:
        for name, value in self:
            numbers = value if isinstance(value, tuple) else (value,)
            for number in numbers:
                if isinstance(number, int) and not (
                    (number >= 0 or name in self.signed) and abs(number) < _MOST
                ):
                    raise ValueError(f"{name} is {number}")
        return self
