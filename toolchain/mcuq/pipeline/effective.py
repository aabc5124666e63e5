"""What of a request decides the bytes: said in the printed command and in the fingerprint."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from mcuq.declared import Leaf, leaves
from mcuq.pipeline.request import BuildRequest


def command_of(request: BuildRequest) -> str:
    """The subcommand that makes such a request."""
    return "build" if request.fixed is None and request.config is None else "quantize"


def effective(request: BuildRequest) -> Iterator[tuple[Leaf, Any]]:
    """Every option that can change what is written, beside the others of `request`; its value."""
    command = command_of(request)
    for leaf in leaves(BuildRequest):
        option = leaf.option
        is_idle = option.matters is not None and not option.matters(request)
        if option.changes_bytes and command in option.commands and not is_idle:
            yield leaf, leaf.of(request)


def identity(request: BuildRequest, contents: Mapping[str, str]) -> list[tuple[str, Any]]:
    """The same as values to compare; files by what they hold.

    Args:
        contents: option → hash of the file or directory that it names.
    """
    return [(leaf.path, _comparable(leaf, value, contents)) for leaf, value in effective(request)]


def _comparable(leaf: Leaf, value: Any, contents: Mapping[str, str]) -> Any:
    if isinstance(value, Path):
        return contents.get(leaf.path)
    # A function has no value that holds in another process.
    return leaf.show(value) if callable(value) else value
