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
    return [
        (leaf.path, contents.get(leaf.path) if isinstance(value, Path) else value)
        for leaf, value in effective(request)
    ]
