"""From a command line, or mcuq.toml with a command line over it, to a build request."""

from __future__ import annotations

import os
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, get_args

from mcuq.choices import check_choice
from mcuq.errors import UsageError
from mcuq.lower.options import Kernels
from mcuq.numeric.widths import TERNARY, WIDTHS
from mcuq.pipeline.check import check_readable
from mcuq.pipeline.request import CHOICES, BuildRequest, Scheme
from mcuq.project import FILE_NAME, Gates, Project, load_project
from mcuq.units import parse_size

OUTPUT = Path("out")
_SCHEME = tuple(field.name for field in fields(Scheme))


@dataclass(frozen=True)
class Job:
    """What to build, and what the result must keep."""

    request: BuildRequest
    gates: Gates


def job(model: Path | None, options: dict[str, Any], gates: dict[str, Any]) -> Job:
    """The job that a command line asks for.

    Args:
        model: the MODEL argument; None reads mcuq.toml in the current directory.
        options: BuildRequest fields given on the command line; None is not given.
        gates: Gates fields given on the command line; None is not given.

    Raises:
        UsageError: something is missing or makes no sense.
        InputError: mcuq.toml cannot be used.
    """
    given = {name: value for name, value in options.items() if value is not None}
    limits = {name: value for name, value in gates.items() if value is not None}
    if "weight_bytes" in given:
        given["weight_bytes"] = parse_size(given["weight_bytes"])
    given |= _kernels(given)
    scheme = {name: given.pop(name) for name in _SCHEME if name in given}
    check_choice("--optimize", given.get("optimize", "speed"), ("speed", "size"))
    if model is None:
        project = load_project(Path.cwd())
        scheme = project.scheme.model_dump(exclude_none=True) | scheme
        request = _with_scheme(replace(_from_project(project), **given), scheme)
        return Job(request, project.gates.model_copy(update=limits))
    check_readable(model)
    if "calibration" not in given and not given.get("as_is"):
        raise UsageError(
            "--calibration is missing",
            f"give an .npz of typical samples, or describe the project in {FILE_NAME}",
        )
    defaults = {"board": Project.model_fields["boards"].default[0], "output": OUTPUT}
    defaults["workers"] = cores()
    request = _with_scheme(BuildRequest(model=model, **(defaults | given)), scheme)
    return Job(request, Gates(**limits))


def command_job(given: dict[str, Any]) -> Job:
    """The job of a command: the values of all its parameters, by name.

    Raises:
        UsageError, InputError: as `job`.
    """
    gates = {name: value for name, value in given.items() if name in Gates.model_fields}
    aside = {"model", "json", *gates}
    wide = tuple(given.get("wide") or ()) or None
    options = {name: value for name, value in given.items() if name not in aside}
    return job(given["model"], options | {"wide": wide}, gates)


def _kernels(given: dict[str, Any]) -> dict[str, Any]:
    """Whose kernels: a library that is named is one that is wanted.

    Raises:
        UsageError: something else than mcuq's or a library's.
    """
    if "kernels" not in given:
        return {"kernels": "cmsis-nn"} if "cmsis_nn" in given else {}
    check_choice("--kernels", given["kernels"], get_args(Kernels))
    return {}


def parse_widths(text: str) -> tuple[int, ...]:
    """`8,4,2,ternary` as widths, 8 always among them and first.

    Raises:
        UsageError: something else is in it.
    """
    asked = {8, *(parse_width(word) for word in text.split(","))}
    return tuple(width for width in WIDTHS if width in asked)


def parse_width(word: str) -> int:
    """`8`, `4`, `2` or `ternary` as a width.

    Raises:
        UsageError: it is none of them.
    """
    names = {"8": 8, "4": 4, "2": 2, "ternary": TERNARY}
    check_choice("--bits", word.strip(), names)
    return names[word.strip()]


def _with_scheme(request: BuildRequest, asked: dict[str, Any]) -> BuildRequest:
    """The request with a part of its scheme replaced.

    Raises:
        UsageError: a value that is not known.
    """
    if "bits" in asked:
        asked = {**asked, "bits": parse_widths(asked["bits"])}
    for name, value in asked.items():
        if name in CHOICES:
            check_choice(f"--{name.replace('_', '-')}", value, CHOICES[name])
    return replace(request, scheme=replace(request.scheme, **asked))


def cores() -> int:
    """Processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _from_project(project: Project) -> BuildRequest:
    return BuildRequest(
        model=project.model,
        board=project.boards[0],
        calibration=project.calibration,
        output=project.output,
        search_data=project.search_data,
        evaluation=project.evaluation,
        metric=project.metric,
        metric_output=project.metric_output,
        keep_outliers=project.keep_outliers,
        strict=project.strict,
        metric_folder=project.model.parent,
        flash=project.budget.flash,
        ram=project.budget.ram,
        weight_bytes=project.budget.weight_bytes,
        evaluations=project.evaluations,
        seed=project.seed,
        workers=cores(),
        optimize=project.optimize,
        ranges=project.ranges,
        kernels=project.build.kernels or ("cmsis-nn" if project.build.cmsis_nn else "mcuq"),
        cmsis_nn=project.build.cmsis_nn,
    )
