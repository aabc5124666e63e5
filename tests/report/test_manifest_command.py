"""The command line in a manifest asks for the very request that was built."""

from __future__ import annotations

import dataclasses
import shlex
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from option_values import PLAIN, asked_for, meant, requests

from mcuq.declared import made
from mcuq.pipeline.request import BuildRequest
from mcuq.report.command import command_line
from mcuq.units import Share, parse_size


@given(requests())
@settings(max_examples=100)
def test_the_command_asks_for_the_same_again(request_: BuildRequest) -> None:
    with pytest.MonkeyPatch.context() as patch:
        assert asked_for(shlex.split(command_line(request_))[1:], patch) == meant(request_)


def test_a_board_file_is_named_without_its_folder() -> None:
    own = made(BuildRequest, PLAIN | {"board": "boards/my own.toml"})
    with pytest.MonkeyPatch.context() as patch:
        assert asked_for(shlex.split(command_line(own))[1:], patch).board == "my own.toml"


@given(st.floats(1e-12, 1e6, exclude_min=True))
def test_a_share_is_read_back_as_it_was(fraction: float) -> None:
    assert parse_size(str(Share(fraction))) == Share(fraction)


def test_files_are_named_without_their_folders() -> None:
    plain = made(BuildRequest, PLAIN)
    moved = dataclasses.replace(plain, model=Path("/home/me/model.tflite"), output=Path("/x/y"))
    assert command_line(moved) == command_line(plain)
