"""A project file with every key: what must be said, and the rest behind `#`."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator

from mcuq.declared import ROOT, Leaf
from mcuq.project import key_name, keyed, stated

_HEAD = "# Paths are relative to this file. Keys behind a '#' show their default, or an example.\n"
_COLUMN, _WIDTH = 34, 100


def blank_project() -> str:
    """The text of `mcuq.toml`."""
    lines = [_HEAD]
    for table, options in keyed().items():
        if table is not ROOT:
            lines += ["", *_beside(f"[{table.name}]", table.text)]
        for leaf in options:
            lines += _beside(_line(leaf), _text(leaf))
    return "\n".join(lines) + "\n"


def _line(leaf: Leaf) -> str:
    value = stated(leaf) if leaf.option.example is None else leaf.option.example
    return f"{'' if leaf.is_key_required else '# '}{key_name(leaf)} = {json.dumps(value)}"


def _text(leaf: Leaf) -> str:
    choices = ", ".join(map(str, leaf.choices())) if leaf.notation is None else ""
    text = leaf.option.meaning or leaf.option.help
    return f"{text} One of {choices}." if choices else text


def _beside(key: str, text: str) -> Iterator[str]:
    """The key with its comment, which goes on below in the same column."""
    for comment in textwrap.wrap(text, _WIDTH - _COLUMN - 2, break_on_hyphens=False):
        yield f"{key:{_COLUMN - 1}} # {comment}"
        key = ""
