"""What `--help` shows is text: no marks of another format, no doubled brackets."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from mcuq.cli.main import app, main

MARKS = ("`", "**", "[[", "[/", "...}")


def commands(command: Any, words: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    yield words
    for name, below in getattr(command, "commands", {}).items():
        yield from commands(below, (*words, name))


EVERY = sorted(commands(typer.main.get_command(app)))


@pytest.mark.parametrize("words", EVERY, ids=" ".join)
def test_help_is_text_without_marks(
    words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*words, "--help"]) == 0
    shown = capsys.readouterr().out
    assert "Usage: mcuq" in shown
    assert [mark for mark in MARKS if mark in shown] == []


@pytest.mark.parametrize("command", ["build", "quantize", "search", "dynamic", "finetune"])
def test_a_model_that_is_not_there_is_told_before_all_else(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([command, str(tmp_path / "no.tflite")]) == 3
    assert "no.tflite: no such file" in capsys.readouterr().err
