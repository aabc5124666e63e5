"""The command line that makes a result again; files by name, so that it holds on any machine."""

from __future__ import annotations

import shlex
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING

from mcuq.numeric.widths import TERNARY

if TYPE_CHECKING:
    from mcuq.pipeline.request import BuildRequest, Scheme


def command_line(request: BuildRequest) -> str:
    """`mcuq build …` (or `mcuq quantize …`) with every option that matters to the bytes."""
    fixed = request.fixed
    searched = fixed is None and request.config is None
    words = ["mcuq", "build" if searched else "quantize", request.model.name]
    words += ["--board", request.board]
    for option, path in _files(request):
        words += [option, path.name]
    for option, value in _values(request):
        if value is not None:
            words += [option, str(value)]
    if fixed:
        width = "ternary" if fixed.bits == TERNARY else str(fixed.bits)
        words += ["--bits", width, "--weights", fixed.method]
    return shlex.join(words)


def _files(request: BuildRequest) -> list[tuple[str, Path]]:
    pairs = [
        ("--calibration", request.calibration),
        ("--search-data", request.search_data),
        ("--evaluation", request.evaluation),
        ("--ranges", request.ranges),
        ("--config", request.config),
        ("--cmsis-nn", request.cmsis_nn if request.kernels != "mcuq" else None),
    ]
    return [(option, path) for option, path in pairs if path is not None]


def _values(request: BuildRequest) -> list[tuple[str, object]]:
    return [
        ("--metric", request.metric),
        ("--flash", request.flash),
        ("--ram", request.ram),
        ("--weight-bytes", request.weight_bytes),
        ("--evaluations", request.evaluations),
        ("--method", request.method if request.method != "ga" else None),
        ("--optimize", request.optimize if request.optimize != "speed" else None),
        ("--kernels", request.kernels if request.kernels != "mcuq" else None),
        ("--seed", None if request.fixed or request.config else request.seed),
        *_scheme(request.scheme),
    ]


def _scheme(scheme: Scheme) -> list[tuple[str, object]]:
    """What differs from the default."""
    plain = type(scheme)()
    single: list[tuple[str, object]] = [
        (f"--{field.name.replace('_', '-')}", _word(getattr(scheme, field.name)))
        for field in fields(scheme)
        if field.name != "wide" and getattr(scheme, field.name) != getattr(plain, field.name)
    ]
    return [*single, *(("--wide", name) for name in scheme.wide)]


def _word(value: object) -> object:
    """Widths as `--bits` takes them; anything else as it is."""
    if not isinstance(value, tuple):
        return value
    return ",".join("ternary" if width == TERNARY else str(width) for width in value)
