"""How the written values behave: frozen, strict about keys, the same JSON bytes every time."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar, Self

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from mcuq.errors import InputError

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

    def to_json(self) -> str:
        """Indented JSON, keys in the order of the fields, ending in a newline."""
        return self.model_dump_json(indent=2) + "\n"

    @classmethod
    def read(cls, path: Path) -> Self:
        """The value stored at `path`.

        Raises:
            InputError: no such file, or another program (or version) wrote it.
        """
        if not path.is_file():
            raise InputError(f"{path}: no such file", "give the directory that mcuq build wrote")
        try:
            return cls.model_validate_json(path.read_bytes())
        except ValidationError as error:
            first = error.errors()[0]
            if not first["loc"]:
                hint = "give what mcuq build wrote"
                raise InputError(f"{path}: not such a file: {first['msg']}", hint) from error
            place = ".".join(map(str, first["loc"]))
            raise InputError(
                f"{path}: {place}: {first['msg']}", "build again with this version of mcuq"
            ) from error
