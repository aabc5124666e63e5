"""A model file for another computer: sent there, tried there, told as if it had been here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import overload

from mcuq.bench.zoo.attempt import ModelJob
from mcuq.bench.zoo.files import with_its_own
from mcuq.bench.zoo.record import Step, Tried
from mcuq.bench.zoo.steps import try_steps
from mcuq.isolated import CallLimits, Confined
from mcuq.temporary import temporary_folder


@dataclass(frozen=True)
class Parcel:
    """Attributes:
    job: as it is here.
    files: path below a folder → content.
    moved: path below that folder → what stands for it here.
    """

    job: ModelJob
    files: dict[str, bytes]
    moved: dict[str, str]


def packed(job: ModelJob) -> Parcel:
    """All that a job needs, read."""
    files = {f"model/{path.name}": path.read_bytes() for path in with_its_own(job.model)}
    moved = {"model": str(job.model.parent)}
    beside = {"samples": job.samples, "board": _board_file(job)}
    for folder, path in beside.items():
        if path is not None:
            files[f"{folder}/{path.name}"] = path.read_bytes()
            moved[f"{folder}/{path.name}"] = str(path)
    return Parcel(job, files, moved)


def _board_file(job: ModelJob) -> Path | None:
    """Of a board that is no name of mcuq's."""
    return Path(job.board) if job.board.endswith(".toml") else None


class Parcels(Sequence[tuple[Parcel]]):
    """Jobs, each packed when it is asked for: all of them at once need not fit into memory."""

    def __init__(self, jobs: Sequence[ModelJob]) -> None:
        self._jobs = jobs

    def __len__(self) -> int:
        return len(self._jobs)

    @overload
    def __getitem__(self, index: int) -> tuple[Parcel]: ...
    @overload
    def __getitem__(self, index: slice) -> Parcels: ...
    def __getitem__(self, index: int | slice) -> tuple[Parcel] | Parcels:
        if isinstance(index, slice):
            return Parcels(self._jobs[index])
        return (packed(self._jobs[index]),)


@dataclass(frozen=True)
class Terms:
    """What every file may take; see `ZooRequest`."""

    steps: tuple[Step, ...]
    limits: CallLimits


def as_they_are(terms: Terms) -> Terms:
    """The state of a worker."""
    return terms


def try_parcel(terms: Terms, parcel: Parcel) -> tuple[Tried, ...]:
    """The steps on what was sent; paths in what is told are those of the sender."""
    with temporary_folder() as folder, Confined(terms.limits) as child:
        for name, content in parcel.files.items():
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_bytes(content)
        job = parcel.job
        board, samples = _board_file(job), job.samples
        there = ModelJob(
            folder / "model" / job.model.name,
            None if samples is None else folder / "samples" / samples.name,
            job.board if board is None else str(folder / "board" / board.name),
        )
        tried = try_steps(child, terms.steps, there)
        moved = {str(folder / name): here for name, here in parcel.moved.items()}
    return tuple(
        replace(one, cause=_moved(one.cause, moved), hint=_moved(one.hint, moved)) for one in tried
    )


def _moved(text: str, moved: dict[str, str]) -> str:
    for there, here in moved.items():
        text = text.replace(there, here)
    return text
