"""Values of any declared option, by its type and notation: a new option needs no line here."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest
from hypothesis import strategies as st

from mcuq.cli import request
from mcuq.cli.main import main
from mcuq.declared import Leaf, leaves, made
from mcuq.pipeline.effective import effective
from mcuq.pipeline.request import BuildRequest
from mcuq.units import Share, parse_size

OPTIONS = leaves(BuildRequest)
PLAIN = {"model": Path("model.tflite"), "calibration": Path("calibration set.npz")}
BASES: tuple[dict[str, Any], ...] = (
    PLAIN,
    PLAIN | {"kernels": "cmsis-nn"},
    PLAIN | {"fixed.bits": 4},
)
"""Requests beside which every option means something."""

_CHARACTERS = st.characters(exclude_categories=["Cs"])
WORDS = st.text(_CHARACTERS, min_size=1, max_size=12)
FILES = (
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="/\0"))
    .filter(lambda name: 0 < len(name) < 20 and set(name) != {"."})
    .filter(lambda name: Path(name).name == name)
    .map(Path)
)


def values(leaf: Leaf) -> st.SearchStrategy[Any]:
    """Everything that the option may be given."""
    plain = st.just(leaf.default)
    if leaf.type is tuple:
        return plain | st.lists(_single(leaf), max_size=3, unique=True).map(
            lambda v: _list(leaf, v)
        )
    return plain | _single(leaf) if leaf.path not in PLAIN else _single(leaf)


def _single(leaf: Leaf) -> st.SearchStrategy[Any]:
    names = leaf.choices() or leaf.offered()
    if names:
        return st.sampled_from(names)
    least, most = leaf.option.least or 0, leaf.option.most
    if leaf.type is int:
        whole = st.integers(int(least), 1 << 40 if most is None else int(most))
        is_share = leaf.notation is not None and leaf.notation.parse is parse_size
        return whole | st.floats(1e-9, 100, exclude_min=True).map(Share) if is_share else whole
    return {
        bool: st.booleans(),
        float: st.floats(least, 1e9),
        Path: FILES,
        str: WORDS,
        tuple: WORDS,
    }[leaf.type]


def _list(leaf: Leaf, found: list[Any]) -> Any:
    """As the option itself would have put it in order."""
    if leaf.notation is None:
        return tuple(found)
    return leaf.read(leaf.show(tuple(found))) if found else leaf.default


@st.composite
def requests(draw: st.DrawFn) -> BuildRequest:
    """Requests with any values of all options."""
    drawn = {leaf.path: draw(values(leaf)) for leaf in OPTIONS if leaf.path != "output"}
    if draw(st.booleans()):
        drawn = {path: value for path, value in drawn.items() if not path.startswith("fixed.")}
    return made(BuildRequest, drawn)


def another(leaf: Leaf) -> Any:
    """A value that is not the default."""
    names = [name for name in leaf.choices() or leaf.offered() if name != leaf.default]
    if leaf.type is tuple:
        return _list(leaf, names[-1:] or ["a"])
    if names:
        return names[0]
    if leaf.type is int:
        return max(leaf.default or 0, int(leaf.option.least or 0)) + 1
    return {bool: True, float: 0.5, Path: Path("other file"), str: "other"}[leaf.type]


def beside(leaf: Leaf) -> tuple[BuildRequest, BuildRequest]:
    """A request, and the same with another value of the option, where that means something."""
    pairs = [
        (made(BuildRequest, base), made(BuildRequest, base | {leaf.path: another(leaf)}))
        for base in BASES
    ]
    telling = (pair for pair in pairs if leaf.path in {one.path for one, _ in effective(pair[1])})
    return next(telling, pairs[0])


def meant(request: BuildRequest) -> BuildRequest:
    """`request` without what changes no byte beside the rest of it, files without their folders."""
    said = {leaf.path: value for leaf, value in effective(request) if value is not None}
    if request.board.endswith(".toml"):
        said["board"] = Path(request.board).name
    return made(BuildRequest, said)


def asked_for(words: list[str], patch: pytest.MonkeyPatch) -> BuildRequest:
    """The request that a command line makes, with nothing built."""
    jobs: list[request.Job] = []
    make = request.job

    def stop(asked: dict[str, Any]) -> None:
        jobs.append(make(asked))
        raise SystemExit(0)

    patch.setattr(request, "job", stop)
    patch.setattr(request, "check_readable", lambda path: None)
    assert main(words) == 0
    patch.undo()
    return dataclasses.replace(jobs[0].request, workers=1)
