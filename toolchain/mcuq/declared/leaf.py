"""The options of a declared dataclass, each with its place in it."""

from __future__ import annotations

import types
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, dataclass, fields, replace
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

from mcuq.choices import check_choice, check_finite
from mcuq.declared.option import Group, Notation, Option
from mcuq.errors import UsageError

T = TypeVar("T")


@dataclass(frozen=True)
class Leaf:
    """One option.

    Attributes:
        path: names of the attributes that lead to the value: `seed`, `scheme.io`.
        option: its record.
        annotation: of the field, its record left out.
        default: of the field; MISSING where it has none.
    """

    path: str
    option: Option
    annotation: Any
    default: Any

    @property
    def flag(self) -> str:
        """`--stop-after`."""
        return self.option.flag or f"--{self.path.rpartition('.')[2].replace('_', '-')}"

    @property
    def word(self) -> str:
        """The flag as an identifier, which is also the name of the key."""
        return self.flag.removeprefix("--").replace("-", "_")

    @property
    def key(self) -> str | None:
        """In the project file: `seed`, `budget.flash`; None where it has none."""
        if self.option.table is None:
            return None
        name = self.option.listed_as or self.word
        return f"{self.option.table.name}.{name}".removeprefix(".")

    @property
    def notation(self) -> Notation | None:
        """How its values are written, where that is not Python's way."""
        _, marks = _unwrapped(self.annotation)
        return next((mark for mark in marks if isinstance(mark, Notation)), None)

    @property
    def type(self) -> type:
        """Of a value: bool, int, float, str, Path or tuple."""
        plain, _ = _unwrapped(self.annotation)
        found = type(get_args(plain)[0]) if _is_choice(plain) else get_origin(plain) or plain
        assert isinstance(found, type)
        return found

    @property
    def is_path(self) -> bool:
        return self.type is Path

    @property
    def is_key_required(self) -> bool:
        """Whether the project file must have it."""
        return self.default is MISSING or self.option.is_key_required

    def choices(self) -> tuple[object, ...]:
        """All values there are, where they are few; of a list, of each in it."""
        if self.option.choices is not None:
            return tuple(self.option.choices())
        plain, _ = _unwrapped(self.annotation)
        return get_args(plain) if _is_choice(plain) else ()

    @property
    def has_names(self) -> bool:
        """Whether the shell has something to offer."""
        is_named = self.option.choices is not None or self.option.offered is not None
        return is_named or _is_choice(_unwrapped(self.annotation)[0])

    def offered(self) -> list[str]:
        """What the shell offers."""
        names = self.option.offered() if self.option.offered is not None else ()
        return [*names, *map(self.show, self.choices())]

    def of(self, request: object) -> Any:
        """Its value in a request; None where there is no group that it belongs to."""
        value: Any = request
        for name in self.path.split("."):
            value = None if value is None else getattr(value, name)
        return value

    def read(self, value: Any) -> Any:
        """What the field takes, from what stood on a command line or in a project file.

        Raises:
            UsageError: not such a value.
        """
        if isinstance(value, list):
            value = tuple(value)
        if self.notation is not None and isinstance(value, str):
            value = self.notation.parse(value)
        self.check(value)
        return value

    def check(self, value: Any) -> None:
        """Refuse what the field does not take; its default is always allowed.

        Raises:
            UsageError: names the flag.
        """
        if value is None or value == self.default:
            return
        known = [self.show(one) for one in self.choices()]
        for one in value if isinstance(value, tuple) else (value,):
            if known:
                check_choice(self.flag, self.show(one), known)
            if isinstance(one, float):
                check_finite(self.flag, one)
            if isinstance(one, int | float):
                self._check_bounds(one)

    def _check_bounds(self, value: float) -> None:
        least, most = self.option.least, self.option.most
        if least is not None and value < least:
            raise UsageError(f"{self.flag} {value} is too small", f"give {least} or more")
        if most is not None and value > most:
            raise UsageError(f"{self.flag} {value} is too large", f"give {most} or less")

    def show(self, value: Any) -> str:
        """As it is written on a command line."""
        return str(value) if self.notation is None else self.notation.show(value)


def _unwrapped(annotation: Any) -> tuple[Any, tuple[Any, ...]]:
    """The first type that an annotation allows, and the marks on the way to it."""
    arguments = get_args(annotation)
    if get_origin(annotation) is Annotated:
        plain, marks = _unwrapped(arguments[0])
        return plain, (*arguments[1:], *marks)
    if get_origin(annotation) in (Union, types.UnionType):
        return _unwrapped(arguments[0])
    return annotation, ()


def _is_choice(plain: Any) -> bool:
    return get_origin(plain) is Literal


@cache
def leaves(declared: type) -> tuple[Leaf, ...]:
    """Every option of a declared dataclass, in the order of its fields."""
    return tuple(_leaves(declared))


def _leaves(declared: type) -> Iterator[Leaf]:
    for field in fields(declared):
        *_, mark = get_args(field.type)
        if isinstance(mark, Group):
            parts = leaves(mark.parts)
            yield from (replace(leaf, path=f"{field.name}.{leaf.path}") for leaf in parts)
        else:
            yield Leaf(field.name, mark, _without(field.type), field.default)


def _without(annotation: Any) -> Any:
    """The annotation without its last mark."""
    inner, *marks = get_args(annotation)[:-1]
    return Annotated[(inner, *marks)] if marks else inner


def leaf_at(declared: type, path: str) -> Leaf:
    """The option at `path`."""
    return next(leaf for leaf in leaves(declared) if leaf.path == path)


def made(declared: type[T], values: Mapping[str, object]) -> T:
    """A declared dataclass of values by path; those left out keep their defaults."""
    given: dict[str, Any] = {}
    for field in fields(declared):  # type: ignore[arg-type]  # a dataclass
        *_, mark = get_args(field.type)
        if isinstance(mark, Group):
            begin = f"{field.name}."
            parts = {n.removeprefix(begin): v for n, v in values.items() if n.startswith(begin)}
            given |= {field.name: mark.make(**parts)} if parts else {}
        elif field.name in values:
            given[field.name] = values[field.name]
    return declared(**given)
