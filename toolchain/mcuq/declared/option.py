"""What is said of an option, once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import KW_ONLY, dataclass
from typing import Any


@dataclass(frozen=True)
class Notation:
    """How people write a value that is not written as Python does: `64K`, `8,4,ternary`.

    Attributes:
        parse: the value of a text (of a size, also of an integer). Raises UsageError.
        show: the text of a value; `parse` reads the same value from it.
        is_size: a number of bytes, which the project file may state as an integer.
    """

    parse: Callable[[Any], Any]
    show: Callable[[Any], str] = str
    is_size: bool = False


@dataclass(frozen=True)
class TomlTable:
    """A table of the project file.

    Attributes:
        name: as in `[name]`; empty for the keys above all tables.
        text: what its keys say.
    """

    name: str
    text: str = ""


ROOT = TomlTable("")


@dataclass(frozen=True)
class Option:
    """Of one field, everything but its name, type and default.

    Attributes:
        help: one line for the command line.
        meaning: the same for the reference of the project file and for Python; empty: `help`.
        commands: subcommands that offer it; none: Python alone has it.
        flag: `--NAME`; empty: made of the field's name.
        short: `-b`.
        metavar: what stands for the value in the help; empty: its type.
        panel: heading in the help.
        is_argument: given without a flag.
        is_default_shown: the help states the default beside the text.
        table: of the project file; None: the file has no such key.
        listed_as: key of a list, in the file, whose first value is meant.
        is_key_required: the file must have it although the field has a default.
        example: value for a new project file, where the default says nothing.
        least, most: bounds, both allowed.
        choices: all values there are, where the type does not tell them.
        offered: names that the shell offers; others may be valid, too.
        is_input: a file or directory that is read: it must be there, and its content counts.
        changes_bytes: whether another value can give other files. Those options are in the printed
            command and in the fingerprint, and no others.
        is_always_printed: in the printed command even at its default.
        matters: whether the value means anything beside the rest of the request.
    """

    help: str
    meaning: str = ""
    _: KW_ONLY
    commands: frozenset[str] = frozenset()
    flag: str = ""
    short: str = ""
    metavar: str = ""
    panel: str = ""
    is_argument: bool = False
    is_default_shown: bool = False
    table: TomlTable | None = ROOT
    listed_as: str = ""
    is_key_required: bool = False
    example: Any = None
    least: float | None = None
    most: float | None = None
    choices: Callable[[], Iterable[object]] | None = None
    offered: Callable[[], Iterable[str]] | None = None
    is_input: bool = False
    changes_bytes: bool = True
    is_always_printed: bool = False
    matters: Callable[[Any], bool] | None = None


@dataclass(frozen=True)
class Group:
    """A field whose value is made of several options.

    Attributes:
        parts: the declared dataclass of them, its fields named as the attributes of the value.
        make: the value, from those parts that are given.
        meaning: what the value is.
    """

    parts: type
    make: Callable[..., object]
    meaning: str
