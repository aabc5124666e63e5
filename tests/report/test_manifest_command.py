"""The command line in a manifest asks for the very request that was built."""

from __future__ import annotations

import dataclasses
import shlex
from pathlib import Path

import pytest

from mcuq.cli import build, quantize
from mcuq.cli.main import main
from mcuq.cli.request import Job
from mcuq.pipeline.request import BuildRequest, Scheme
from mcuq.quantize import WeightChoice
from mcuq.report.command import command_line
from mcuq.units import Share

PLAIN = BuildRequest(
    model=Path("model.tflite"),
    board="stm32f746",
    calibration=Path("calibration set.npz"),
    output=Path("out"),
)


def asked_for(command: str, monkeypatch: pytest.MonkeyPatch) -> BuildRequest:
    """The request that `command` makes, with nothing built."""
    jobs: list[Job] = []
    for module in (build, quantize):
        monkeypatch.setattr(module, "run_job", lambda job, *, json: jobs.append(job))
    assert main(shlex.split(command)[1:]) == 0
    return dataclasses.replace(jobs[0].request, workers=1)


@pytest.mark.parametrize(
    "request_",
    [
        PLAIN,
        dataclasses.replace(
            PLAIN,
            search_data=Path("s.npz"),
            evaluation=Path("e.npz"),
            metric="mine:score",
            flash=65536,
            ram=8192,
            weight_bytes=Share(0.625),
            method="knapsack",
            evaluations=7,
            seed=9,
            optimize="size",
            ranges=Path("ranges.json"),
            scheme=Scheme(activations="symmetric", weights_per="tensor", io="float32"),
        ),
        dataclasses.replace(PLAIN, weight_bytes=1234, fixed=WeightChoice(4, "hessian")),
    ],
    ids=["plain", "everything", "fixed"],
)
def test_the_command_asks_for_the_same_again(
    request_: BuildRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert asked_for(command_line(request_), monkeypatch) == request_


def test_files_are_named_without_their_folders() -> None:
    moved = dataclasses.replace(PLAIN, model=Path("/home/me/model.tflite"), output=Path("/x/y"))
    assert command_line(moved) == command_line(PLAIN)
