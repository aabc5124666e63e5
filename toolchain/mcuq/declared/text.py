"""Docstrings of declared dataclasses, from the records of their fields."""

from __future__ import annotations

import textwrap
from dataclasses import fields
from typing import TypeVar, get_args

from mcuq.declared.option import Group, Option

T = TypeVar("T", bound=type)


def documented(declared: T) -> T:
    """Append what every field means to the docstring, for `help` and editors."""
    lines = [_line(field.name, get_args(field.type)[-1]) for field in fields(declared)]
    declared.__doc__ = "\n".join([f"{declared.__doc__}\n\nAttributes:", *lines])
    return declared


def _line(name: str, mark: Option | Group) -> str:
    text = mark.meaning or (mark.help if isinstance(mark, Option) else "")
    indent = " " * 4
    return textwrap.fill(f"{name}: {text}", 96, initial_indent=indent, subsequent_indent=indent * 2)
