"""What a farm is given and what it gives back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from mcuq_hil.errors import (
    BoardError,
    DeviceFaultError,
    HilError,
    RefusedError,
    WrongResultError,
)
from mcuq_hil.session import Session

T = TypeVar("T")

OWN_FAULTS = (DeviceFaultError, WrongResultError, RefusedError, BoardError)
"""Errors that another board of the kind would give as well: the job's fault, not the place's."""


@dataclass(frozen=True)
class Job(Generic[T]):
    """Work for any board of a kind.

    Attributes:
        name: for the report.
        board: the kind.
        elf: the image it needs; a place keeps its session for jobs with the same image.
        work: what to do; may be called again, from the start, on another place. To be done on
            another computer it must be picklable.
    """

    name: str
    board: str
    elf: Path
    work: Callable[[Session], T]


@dataclass(frozen=True)
class Outcome(Generic[T]):
    """How a job ended: with a value, or with an error. `place` is where it was last."""

    name: str
    place: str
    value: T | None = None
    error: HilError | None = None


@dataclass(frozen=True)
class Setback:
    """A place failed a job, was set aside, and the job went elsewhere."""

    place: str
    job: str
    error: HilError


@dataclass(frozen=True)
class FarmReport(Generic[T]):
    """`outcomes` are in the order of the jobs, whoever did them and when."""

    outcomes: tuple[Outcome[T], ...]
    setbacks: tuple[Setback, ...]
