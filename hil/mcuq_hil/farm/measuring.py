"""Counts of many images on many boards, each image measured once."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import TypeAdapter

from mcuq_hil.cache import cache_folder, keep, note_damage, read_kept
from mcuq_hil.errors import BoardError, HilError
from mcuq_hil.farm.jobs import Job
from mcuq_hil.farm.place import Place
from mcuq_hil.farm.run import Elsewhere, run_jobs
from mcuq_hil.identity import read_build_id
from mcuq_hil.seal import check_digits
from mcuq_hil.session import Counts, Session, Unit


@dataclass(frozen=True)
class Measurement:
    """An image and the int8 inputs, one bytes object an input, to count it with.

    Attributes:
        expected: instructions that a run may take at most, for how long to wait.
    """

    name: str
    elf: Path
    inputs: tuple[bytes, ...]
    expected: int = 0


@dataclass(frozen=True)
class StoredCounts:
    """One file of the cache.

    Attributes:
        counts: what the run took.
        check: digits that say whether the file is whole, and of this run.
        format: version of the file.
    """

    counts: Counts
    check: str
    format: Literal[2] = 2


_STORED = TypeAdapter(StoredCounts)


class CountCache:
    """Counts by image, inputs and unit, a file each; equal images are never run twice.

    Args:
        folder: made when something is stored; default $XDG_CACHE_HOME/mcuq/counts.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder or cache_folder("counts")

    def get(self, measurement: Measurement, board: str, unit: str) -> Counts | None:
        """What was measured before; None where nothing was, or, with a note, it is damaged."""
        path = self._path(measurement, board, unit)
        data = read_kept(path) if path is not None else None
        if path is None or data is None:
            return None
        try:
            counts = _STORED.validate_json(data).counts
        except ValueError:
            counts = None
        if counts is None or _stored(counts, path.stem) != data:
            note_damage(path, "is damaged" if data else "is empty")
            return None
        return counts

    def put(self, measurement: Measurement, board: str, counts: Counts) -> None:
        """Store; a note where the folder cannot be written."""
        path = self._path(measurement, board, counts.unit)
        if path is not None:
            keep(path, _stored(counts, path.stem))

    def _path(self, measurement: Measurement, board: str, unit: str) -> Path | None:
        if self._folder is None:
            return None
        hasher = hashlib.sha256(f"{board}\0{unit}\0".encode())
        hasher.update(read_build_id(measurement.elf))
        for data in measurement.inputs:
            hasher.update(len(data).to_bytes(8, "little") + data)
        return self._folder / f"{hasher.hexdigest()[:40]}.json"


def _stored(counts: Counts, name: str) -> bytes:
    """Content of the file called `name`."""
    bare = _STORED.dump_json(StoredCounts(counts, "")).decode()
    return _STORED.dump_json(StoredCounts(counts, check_digits(f"{name}:{bare}")))


def counting_unit(places: Sequence[Place], board: str) -> Unit:
    """What the places of a kind count in.

    Raises:
        BoardError: none is of the kind, or they mix units.
    """
    units: set[Unit] = {
        "instructions" if place.emulated else place.unit for place in places if place.board == board
    }
    if not units:
        named = ", ".join(sorted({place.board for place in places}))
        raise BoardError(f"no place of the farm holds {board}", f"its places hold {named}")
    if len(units) > 1:
        counted = " and ".join(sorted(units))
        raise BoardError(
            f"{board}: the places count in {counted}, not in one unit",
            "leave emulated or real places out of this farm",
        )
    return units.pop()


def measure(
    places: Sequence[Place],
    board: str,
    measurements: Sequence[Measurement],
    cache: CountCache | None = None,
    elsewhere: Elsewhere | None = None,
) -> list[Counts | HilError]:
    """Counts of each image on any place of a kind, in order; what failed is its error.

    All places must count in the same unit: cycles of hardware and instructions of an emulator
    are different things. `elsewhere`: see `run_jobs`.

    Raises:
        BoardError: the places mix units, or none is of the kind.
    """
    chosen = [place for place in places if place.board == board]
    unit = counting_unit(places, board)
    store = cache or CountCache()
    known = {
        index: counts
        for index, measurement in enumerate(measurements)
        if (counts := store.get(measurement, board, unit)) is not None
    }
    missing = [index for index in range(len(measurements)) if index not in known]
    jobs = [_job(measurements[index], board) for index in missing]
    outcomes = dict(zip(missing, run_jobs(chosen, jobs, elsewhere=elsewhere).outcomes, strict=True))
    found: list[Counts | HilError] = []
    for index, measurement in enumerate(measurements):
        if index in known:
            found.append(known[index])
            continue
        outcome = outcomes[index]
        if outcome.value is not None:
            store.put(measurement, board, outcome.value)
            found.append(outcome.value)
        else:
            found.append(
                outcome.error or HilError(f"{measurement.name} gave nothing", "run it again")
            )
    return found


@dataclass(frozen=True)
class _Count:
    """One counted run; see `Measurement`."""

    inputs: tuple[bytes, ...]
    expected: int

    def __call__(self, session: Session) -> Counts:
        session.expect(self.expected)
        return session.count(self.inputs)


def _job(measurement: Measurement, board: str) -> Job[Counts]:
    work = _Count(measurement.inputs, measurement.expected)
    return Job(measurement.name, board, measurement.elf, work)
