"""The command line that makes a result again; files by name, so that it holds on any machine."""

from __future__ import annotations

import shlex
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING

from mcuq.numeric.widths import TERNARY
from mcuq.shown import encodable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mcuq.pipeline.request import BuildRequest, Scheme

NEUTRAL = frozenset({"output", "workers", "port", "strict", "metric_folder", "device_samples"})
"""Fields of a request that are not in its command: where the result goes and what it is checked
on, never what it is."""

_ALWAYS = {
    "board": "--board",
    "calibration": "--calibration",
    "search_data": "--search-data",
    "evaluation": "--evaluation",
    "ranges": "--ranges",
    "metric": "--metric",
    "metric_output": "--metric-output",
    "keep_outliers": "--keep-outliers",
    "flash": "--flash",
    "ram": "--ram",
    "weight_bytes": "--weight-bytes",
    "optimize": "--optimize",
    "kernels": "--kernels",
    "cmsis_nn": "--cmsis-nn",
}
_SEARCHED = {
    "as_is": "--as-is",
    "method": "--method",
    "evaluations": "--evaluations",
    "seconds": "--stop-after",
    "patience": "--stop-stale",
    "farm": "--hil",
    "farm_samples": "--hil-samples",
    "seed": "--seed",
}
"""Of `mcuq build`: what a search, or its absence, depends on."""
_SHOWN = frozenset({"board", "seed"})
"""Said even where they are the default."""


def command_line(request: BuildRequest) -> str:
    """`mcuq build …` (or `mcuq quantize …`) with every option that matters to the bytes."""
    is_search = request.fixed is None and request.config is None
    words = ["mcuq", "build" if is_search else "quantize", _name(request.model)]
    words += _given(request, _ALWAYS)
    words += _given(request, _SEARCHED) if is_search else _prescribed(request)
    words += _scheme(request.scheme, is_search=is_search)
    return shlex.join(map(encodable, words))


def _given(request: BuildRequest, options: Mapping[str, str]) -> list[str]:
    """The options whose fields are not at their defaults."""
    words: list[str] = []
    plain = {field.name: field.default for field in fields(request)}
    for name, option in options.items():
        value = getattr(request, name)
        if name == "board" and value.endswith(".toml"):
            value = Path(value)
        is_unused = name == "cmsis_nn" and request.kernels == "mcuq"
        if is_unused or (value == plain[name] and name not in _SHOWN):
            continue
        words += [option] if value is True else [option, _word(value)]
    return words


def _prescribed(request: BuildRequest) -> list[str]:
    """How `mcuq quantize` is told what every tensor takes."""
    if request.fixed is not None:
        width = _width(request.fixed.bits)
        return ["--bits", width, "--weights", request.fixed.method]
    assert request.config is not None
    return ["--config", _name(request.config)]


def _scheme(scheme: Scheme, *, is_search: bool) -> list[str]:
    """What differs from the default; widths to choose from mean something to a search only."""
    plain = type(scheme)()
    words: list[str] = []
    for field in fields(scheme):
        value, option = getattr(scheme, field.name), f"--{field.name.replace('_', '-')}"
        if value == getattr(plain, field.name) or (field.name == "bits" and not is_search):
            continue
        if field.name == "wide":
            words += [word for name in scheme.wide for word in (option, name)]
        else:
            words += [option, _word(value)]
    return words


def _word(value: object) -> str:
    """Widths as `--bits` takes them, files by name; anything else as it is."""
    if isinstance(value, tuple):
        return ",".join(map(_width, value))
    return _name(value) if isinstance(value, Path) else str(value)


def _width(bits: int) -> str:
    return "ternary" if bits == TERNARY else str(bits)


def _name(path: Path) -> str:
    """A file's name, never to be taken for an option."""
    return f"./{path.name}" if path.name.startswith("-") else path.name
