"""From a command line, or mcuq.toml with a command line over it, to a build request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mcuq.declared import leaves, made
from mcuq.errors import UsageError
from mcuq.pipeline.check import check_readable
from mcuq.pipeline.gates import Gates
from mcuq.pipeline.request import BuildRequest
from mcuq.project import FILE_NAME, load_project
from mcuq.workers import cores


@dataclass(frozen=True)
class BuildJob:
    """What to build, and what the result must keep."""

    request: BuildRequest
    gates: Gates


def job(asked: Mapping[str, Any]) -> BuildJob:
    """The job that a command line asks for.

    Args:
        asked: path of an option → what was given for it on the command line; None: nothing. Without
            a model, mcuq.toml in the current directory says what the command line does not.

    Raises:
        UsageError: something is missing or makes no sense.
        InputError: mcuq.toml cannot be used.
    """
    given = read(asked)
    values = {"workers": cores()}
    if "model" in given:
        check_readable(given["model"])
        if "calibration" not in given and not given.get("as_is"):
            raise UsageError(
                "--calibration is missing",
                f"give an .npz of typical samples, or describe the project in {FILE_NAME}",
            )
    else:
        project = read(load_project(Path.cwd()))
        values |= {"metric_folder": project["model"].parent} | project
    values |= given
    return BuildJob(made(BuildRequest, values), made(Gates, values))


def read(asked: Mapping[str, Any]) -> dict[str, Any]:
    """What is given of `asked`, as the fields take it; a library that is named is one that is
    wanted.

    Raises:
        UsageError: a value that is not known.
    """
    options = {leaf.path: leaf for leaf in (*leaves(BuildRequest), *leaves(Gates))}
    given = {path: value for path, value in asked.items() if value is not None}
    given = {path: options[path].read(value) for path, value in given.items()}
    return {"kernels": "cmsis-nn"} | given if "cmsis_nn" in given else given
