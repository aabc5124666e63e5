"""The command line in a manifest asks for the very request that was built."""

from __future__ import annotations

import dataclasses
import shlex
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mcuq.calibrate import OBSERVERS
from mcuq.cli import build, quantize
from mcuq.cli.main import main
from mcuq.cli.request import Job
from mcuq.numeric.widths import TERNARY, WIDTHS
from mcuq.pipeline.request import CHOICES, BuildRequest, Scheme
from mcuq.quantize import WeightChoice
from mcuq.report.command import NEUTRAL, command_line
from mcuq.search import METHODS
from mcuq.units import Share, parse_size

PLAIN = BuildRequest(
    model=Path("model.tflite"),
    board="stm32f746",
    calibration=Path("calibration set.npz"),
    output=Path("out"),
)


def asked_for(command: str, monkeypatch: pytest.MonkeyPatch) -> BuildRequest:
    """The request that `command` makes, with nothing built."""
    jobs: list[Job] = []
    monkeypatch.setattr("mcuq.cli.request.check_readable", lambda path: None)
    for module in (build, quantize):
        monkeypatch.setattr(module, "run_job", lambda job, *, json: jobs.append(job))
    assert main(shlex.split(command)[1:]) == 0
    return dataclasses.replace(jobs[0].request, workers=1)


SURROGATE_FREE = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="/\0"))
FILES = (
    SURROGATE_FREE.filter(lambda name: 0 < len(name) < 20 and set(name) != {"."})
    .filter(lambda name: Path(name).name == name)
    .map(Path)
)
WORDS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)
CHOSEN_BITS = st.sets(st.sampled_from([4, 2, TERNARY])).map(
    lambda more: tuple(width for width in WIDTHS if width == 8 or width in more)
)
SCHEMES = st.builds(
    Scheme,
    activations=st.sampled_from(CHOICES["activations"]),
    weights_per=st.sampled_from(CHOICES["weights_per"]),
    observer=st.sampled_from(OBSERVERS),
    io=st.sampled_from(CHOICES["io"]),
    activation_bits=st.sampled_from(CHOICES["activation_bits"]),
    wide=st.lists(WORDS, max_size=3).map(tuple),
    bits=CHOSEN_BITS,
)
SHARES = st.floats(1e-9, 100, exclude_min=True).map(Share)
REQUESTS = st.builds(
    BuildRequest,
    model=FILES,
    board=st.one_of(st.sampled_from(["stm32f746", "rp2040"]), st.just("boards/my own.toml")),
    calibration=FILES,
    output=st.just(Path("out")),
    search_data=st.none() | FILES,
    evaluation=st.none() | FILES,
    metric=st.none() | WORDS,
    metric_output=st.none() | WORDS,
    keep_outliers=st.booleans(),
    flash=st.none() | st.integers(0, 1 << 24),
    ram=st.none() | st.integers(0, 1 << 24),
    weight_bytes=st.none() | st.integers(0, 1 << 24) | SHARES,
    method=st.sampled_from(sorted(METHODS)),
    fixed=st.none() | st.builds(WeightChoice, st.sampled_from(WIDTHS), st.just("refit")),
    config=st.none() | FILES,
    evaluations=st.none() | st.integers(1, 10**6),
    seconds=st.none() | st.floats(0, 1e9),
    patience=st.integers(1, 99),
    seed=st.integers(0, 1 << 40),
    optimize=st.sampled_from(["speed", "size"]),
    kernels=st.sampled_from(["mcuq", "cmsis-nn"]),
    cmsis_nn=st.none() | FILES,
    as_is=st.booleans(),
    farm=st.none() | FILES,
    farm_samples=st.integers(0, 99),
    scheme=SCHEMES,
    ranges=st.none() | FILES,
)
OF_A_SEARCH = (
    "as_is",
    "method",
    "evaluations",
    "seconds",
    "patience",
    "farm",
    "farm_samples",
    "seed",
)


def what_counts(request: BuildRequest) -> BuildRequest:
    """`request` without what means nothing beside the rest of it."""
    plain = {field.name: field.default for field in dataclasses.fields(BuildRequest)}
    board = Path(request.board).name if request.board.endswith(".toml") else request.board
    changed: dict[str, Any] = {"board": board}
    if request.kernels == "mcuq":
        changed["cmsis_nn"] = None
    if request.fixed is not None:
        changed["config"] = None
    if request.fixed is not None or request.config is not None:
        changed |= {name: plain[name] for name in OF_A_SEARCH}
        changed["scheme"] = dataclasses.replace(request.scheme, bits=Scheme().bits)
    return dataclasses.replace(request, **changed)


@given(REQUESTS)
@settings(max_examples=60)
def test_the_command_asks_for_the_same_again(request_: BuildRequest) -> None:
    with pytest.MonkeyPatch.context() as patch:
        assert asked_for(command_line(request_), patch) == what_counts(request_)


OTHERS = {
    "model": Path("other.tflite"),
    "board": "rp2040",
    "calibration": Path("other.npz"),
    "search_data": Path("s.npz"),
    "evaluation": Path("e.npz"),
    "metric": "mse",
    "metric_output": "boxes",
    "keep_outliers": True,
    "flash": 1,
    "ram": 1,
    "weight_bytes": Share(0.5),
    "method": "greedy",
    "fixed": WeightChoice(4),
    "config": Path("config.json"),
    "evaluations": 1,
    "seconds": 0.0,
    "patience": 1,
    "seed": 1,
    "optimize": "size",
    "kernels": "cmsis-nn",
    "as_is": True,
    "farm": Path("hil.toml"),
    "farm_samples": 1,
    "ranges": Path("ranges.json"),
}
"""Another value of each field than PLAIN's. A new field that changes the result belongs here, into
REQUESTS and into the command; one that does not, into NEUTRAL."""
OTHER_SCHEMES = {
    "activations": "symmetric",
    "weights_per": "tensor",
    "observer": "mse",
    "io": "float32",
    "activation_bits": 16,
    "wide": ("a",),
    "bits": (8, 2),
}


@pytest.mark.parametrize("name", [field.name for field in dataclasses.fields(BuildRequest)])
def test_every_field_that_changes_the_result_is_in_the_command(name: str) -> None:
    if name in NEUTRAL:
        assert name not in OTHERS
    elif name == "scheme":
        assert set(OTHER_SCHEMES) == {field.name for field in dataclasses.fields(Scheme)}
    elif name == "cmsis_nn":
        foreign = dataclasses.replace(PLAIN, kernels="cmsis-nn")
        named = dataclasses.replace(foreign, cmsis_nn=Path("CMSIS-NN"))
        assert command_line(named) != command_line(foreign)
    else:
        other = dataclasses.replace(PLAIN, **{name: OTHERS[name]})
        assert command_line(other) != command_line(PLAIN)


@pytest.mark.parametrize("name", OTHER_SCHEMES)
def test_every_field_of_the_scheme_is_in_the_command(name: str) -> None:
    scheme = dataclasses.replace(Scheme(), **{name: OTHER_SCHEMES[name]})
    assert command_line(dataclasses.replace(PLAIN, scheme=scheme)) != command_line(PLAIN)


@given(st.floats(1e-12, 1e6, exclude_min=True))
def test_a_share_is_read_back_as_it_was(fraction: float) -> None:
    assert parse_size(str(Share(fraction))) == Share(fraction)


def test_files_are_named_without_their_folders() -> None:
    moved = dataclasses.replace(PLAIN, model=Path("/home/me/model.tflite"), output=Path("/x/y"))
    assert command_line(moved) == command_line(PLAIN)
