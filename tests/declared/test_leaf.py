"""Leaves of a declared dataclass: where they are, what they take, how they are put together."""

from dataclasses import MISSING, dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest

from mcuq.declared import Group, Notation, Option, TomlTable, documented, leaf_at, leaves, made
from mcuq.errors import UsageError

HEX = Notation(lambda text: int(text, 16), hex)


@documented
@dataclass(frozen=True)
class Pair:
    """Two."""

    left: Annotated[int, HEX, Option("The left one.", table=TomlTable("pair"))] = 1
    right: Annotated[tuple[str, ...], Option("The right ones.", table=None)] = ()


@documented
@dataclass(frozen=True, kw_only=True)
class Thing:
    """A thing."""

    file: Annotated[Path, Option("A file.", "Read.", is_argument=True)]
    pair: Annotated[Pair, Group(Pair, Pair, "Both.")] = field(default_factory=Pair)
    late: Annotated[Pair | None, Group(Pair, Pair, "Perhaps.")] = None
    colour: Annotated[Literal["red", "blue"], Option("Which.", flag="--paint")] = "red"
    rate: Annotated[float | None, Option("How fast.", least=0.5, most=2)] = None
    count: Annotated[int, Option("How many.", least=2, listed_as="counts")] = 1


def at(path: str) -> Any:
    return leaf_at(Thing, path)


def test_paths_flags_and_keys() -> None:
    found = [(leaf.path, leaf.flag, leaf.key) for leaf in leaves(Thing)]
    assert found == [
        ("file", "--file", "file"),
        ("pair.left", "--left", "pair.left"),
        ("pair.right", "--right", None),
        ("late.left", "--left", "pair.left"),
        ("late.right", "--right", None),
        ("colour", "--paint", "paint"),
        ("rate", "--rate", "rate"),
        ("count", "--count", "counts"),
    ]


def test_types_choices_and_notations() -> None:
    kinds = {leaf.path: leaf.type for leaf in leaves(Thing)}
    assert kinds["file"] is Path
    assert kinds["pair.left"] is int
    assert kinds["pair.right"] is tuple
    assert kinds["colour"] is str
    assert kinds["rate"] is float
    assert at("colour").choices() == ("red", "blue")
    assert at("colour").has_names and at("colour").offered() == ["red", "blue"]
    assert at("pair.left").notation is HEX
    assert at("pair.left").show(255) == "0xff"
    assert at("file").default is MISSING and at("file").is_key_required


def test_values_are_read_and_found_again() -> None:
    values = {"file": Path("x"), "pair.left": at("pair.left").read("ff"), "late.right": ("a",)}
    thing = made(Thing, values)
    assert thing.pair == Pair(left=255)
    assert thing.late == Pair(right=("a",))
    assert [at(path).of(thing) for path in values] == list(values.values())
    assert at("late.left").of(made(Thing, {"file": Path("x")})) is None
    assert at("pair.right").read(["a", "b"]) == ("a", "b")


@pytest.mark.parametrize(
    ("path", "value", "cause"),
    [
        ("colour", "green", "--paint green is not known"),
        ("rate", 0.25, "--rate 0.25 is too small"),
        ("rate", 3.0, "--rate 3.0 is too large"),
        ("rate", float("nan"), "--rate nan is not a number"),
        ("count", 0, "--count 0 is too small"),
    ],
)
def test_what_is_refused(path: str, value: object, cause: str) -> None:
    with pytest.raises(UsageError, match=cause):
        at(path).read(value)


def test_a_default_is_not_out_of_bounds() -> None:
    at("count").check(1)
    at("rate").check(None)


def test_the_docstring_lists_the_fields() -> None:
    assert Thing.__doc__ is not None
    assert "A thing.\n\nAttributes:\n    file: Read.\n    pair: Both." in Thing.__doc__
