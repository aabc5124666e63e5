"""What the library notes by the way is a `note:` line, and no more than a line."""

from __future__ import annotations

import io
import logging

import pytest
from rich.console import Console

from mcuq.cli.main import main
from mcuq.cli.notes import notes_on


@pytest.mark.parametrize("name", ["mcuq.search.scorelog", "mcuq_hil.cache"])
def test_a_note_is_one_line_on_stderr(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert main(["--version"]) == 0
    capsys.readouterr()
    logging.getLogger(name).warning("%s is damaged", "a\x1b[2Jb\nc")
    told = capsys.readouterr()
    assert told.err == "note: a\\x1b[2Jb\\nc is damaged\n"
    assert told.out == ""


def test_it_goes_above_the_bars_where_there_are_any() -> None:
    main(["--version"])
    stream = io.StringIO()
    with notes_on(Console(file=stream)):
        logging.getLogger("mcuq.x").warning("told")
    assert stream.getvalue() == "note: told\n"
