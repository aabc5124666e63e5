"""How the written values behave: frozen, strict about keys, the same JSON bytes every time."""

from __future__ import annotations

from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, ValidationError

from mcuq.errors import InputError


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
            place = ".".join(map(str, first["loc"])) or "the file"
            raise InputError(
                f"{path}: {place}: {first['msg']}", "build again with this version of mcuq"
            ) from error
