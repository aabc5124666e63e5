"""The command line that makes a result again; files by name, so that it holds on any machine."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mcuq.pipeline.effective import command_of, effective
from mcuq.shown import encodable

if TYPE_CHECKING:
    from mcuq.declared import Leaf
    from mcuq.pipeline.request import BuildRequest


def command_line(request: BuildRequest) -> str:
    """`mcuq build …` (or `mcuq quantize …`) with every option that matters to the bytes."""
    words = ["mcuq", command_of(request)]
    for leaf, value in effective(request):
        words += _words(leaf, value)
    return shlex.join(map(encodable, words))


def _words(leaf: Leaf, value: Any) -> list[str]:
    """Nothing where it is the default, if that is not to be said all the same."""
    if leaf.option.is_argument:
        return [_file(value)]
    if value is None or (value == leaf.default and not leaf.option.is_always_printed):
        return []
    if value is True:
        return [leaf.flag]
    is_list = isinstance(value, tuple) and leaf.notation is None
    return [word for one in (value if is_list else (value,)) for word in _word(leaf, one)]


def _word(leaf: Leaf, value: Any) -> tuple[str, str]:
    return leaf.flag, _file(value) if isinstance(value, Path) else leaf.show(value)


def _file(path: Path) -> str:
    """A file's name, never to be taken for an option."""
    return f"./{path.name}" if path.name.startswith("-") else path.name
