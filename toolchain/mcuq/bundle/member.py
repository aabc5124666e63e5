"""A finished result as one of several: what it is called, and whether they go together."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mcuq.emit.c.names import Names, emitted_models
from mcuq.errors import InputError, UsageError
from mcuq.report.store import read_manifest
from mcuq.result.manifest import Manifest

FLATBUFFER = "model.tflite"
LEAST = 2


@dataclass(frozen=True)
class Member:
    """One result.

    Attributes:
        folder: the directory that `mcuq build` wrote.
        names: what its model is called in C.
        flatbuffer: its model.tflite.
    """

    folder: Path
    manifest: Manifest
    names: Names
    flatbuffer: bytes

    @property
    def model_dir(self) -> Path:
        """The emitted C."""
        return self.folder / "model"


def read_members(folders: Sequence[Path]) -> tuple[Member, ...]:
    """The results in `folders`, sorted by name.

    Raises:
        InputError: one of them is no result, or not complete.
        UsageError: they are too few, or cannot be in one image.
    """
    if len(folders) < LEAST:
        raise UsageError("one result is an image already", "name two or more results")
    members = tuple(sorted(map(_read, folders), key=lambda member: member.names.word))
    _check_names(members)
    for what, found in (
        ("boards", [member.manifest.target.name for member in members]),
        ("--optimize levels", [member.manifest.optimize for member in members]),
    ):
        _check_alike(members, what, found)
    return members


def _read(folder: Path) -> Member:
    manifest = read_manifest(folder)
    flatbuffer, model_dir = folder / FLATBUFFER, folder / "model"
    if not flatbuffer.is_file() or not model_dir.is_dir():
        raise InputError(f"{folder}: {FLATBUFFER} or model/ is missing", "build it again")
    models = emitted_models(model_dir)
    if len(models) != 1:
        raise InputError(f"{model_dir} holds {len(models)} models, not one", "build it again")
    return Member(folder, manifest, models[0], flatbuffer.read_bytes())


def _check_names(members: Sequence[Member]) -> None:
    """Files and macros know no case everywhere, so that names have to differ in more."""
    for one, other in itertools.combinations(members, 2):
        files = [
            {name.lower() for name in (m.names.source, m.names.header, m.names.check_header)}
            for m in (one, other)
        ]
        if files[0] & files[1]:
            raise UsageError(
                f"the models in {one.folder} and {other.folder} are called {one.names.word} and "
                f"{other.names.word}: their files and symbols collide",
                "build one of them with another --name",
            )


def _check_alike(members: Sequence[Member], what: str, found: Sequence[str]) -> None:
    if len(set(found)) > 1:
        told = ", ".join(f"{m.folder}: {one}" for m, one in zip(members, found, strict=True))
        raise UsageError(
            f"results of different {what} cannot be in one image ({told})",
            "build them alike",
        )
