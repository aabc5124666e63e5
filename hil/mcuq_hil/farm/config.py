"""Reading hil.toml.

[[place]]
board = "stm32f746"
serial_number = "0671FF485550755187121537"

[[place]]
name = "basement"
board = "nucleo-f446re"
port = "rfc2217://exporter.lan:4001"   # what a labgrid exporter or ser2net offers

[[place]]
board = "stm32f746"
emulated = 4
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from mcuq_hil.boards import load_board
from mcuq_hil.boards.registry import invalid
from mcuq_hil.errors import BoardError
from mcuq_hil.farm.place import Place
from mcuq_hil.serial_number import SerialNumber
from mcuq_hil.session import Unit
from mcuq_hil.tomlfile import read_toml


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    board: str
    name: str | None = None
    emulated: int = Field(default=0, ge=0, le=64)
    port: str | None = None
    serial_number: SerialNumber | None = None
    flasher: str | None = None
    flash: bool = True
    unit: Unit = "cycles"

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        if self.emulated and (self.port or self.serial_number):
            raise ValueError("an emulated place has neither port nor serial number")
        return self


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    place: tuple[_Entry, ...] = Field(min_length=1)


def read_farm(path: Path) -> tuple[Place, ...]:
    """The places of a farm file; raises BoardError that says which line is wrong."""
    try:
        parsed = _File.model_validate(read_toml(path))
    except ValidationError as error:
        hint = "a farm is a list of [[place]]: see the documentation of mcuq hil"
        raise invalid(path, error, hint) from error
    places = [place for entry in parsed.place for place in _places(entry)]
    return _uniquely_named(places, path)


def _places(entry: _Entry) -> list[Place]:
    load_board(entry.board)
    rest = entry.model_dump(exclude={"name", "emulated"})
    return [
        Place(name=entry.name or entry.board, emulated=bool(entry.emulated), **rest)
        for _ in range(max(entry.emulated, 1))
    ]


def _uniquely_named(places: list[Place], path: Path) -> tuple[Place, ...]:
    """Places of the same name get a number behind it."""
    often = Counter(place.name for place in places)
    seen: Counter[str] = Counter()
    named = []
    for place in places:
        seen[place.name] += 1
        number = f"-{seen[place.name]}" if often[place.name] > 1 else ""
        named.append(Place(**{**place.__dict__, "name": place.name + number}))
    doubled = [name for name, times in Counter(p.name for p in named).items() if times > 1]
    if doubled:
        raise BoardError(
            f"{path.name}: two places are called {doubled[0]}", "give each a name of its own"
        )
    return tuple(named)
