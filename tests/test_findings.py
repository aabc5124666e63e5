"""What looks wrong is said at once, kept with the result, and fatal where that is asked."""

from __future__ import annotations

import pytest

from mcuq.cli.progress import shown_progress
from mcuq.errors import InputError
from mcuq.findings import Finding
from mcuq.progress import Progress, announce

FIRST = Finding("data-range", "values reach 255 [/red]", "divide them by 255")
SECOND = Finding("data-constant", "every sample is equal", "take real samples")


def test_findings_reach_the_callback_and_the_result() -> None:
    heard: list[Progress] = []
    assert announce("load", [FIRST, SECOND], heard.append, strict=False) == (FIRST, SECOND)
    assert [progress.finding for progress in heard] == [FIRST, SECOND]


def test_strict_refuses_the_first_and_counts_the_others() -> None:
    heard: list[Progress] = []
    with pytest.raises(InputError, match=r"values reach 255 .*\(and 1 more\)") as error:
        announce("load", [FIRST, SECOND], heard.append, strict=True)
    assert error.value.hint == FIRST.hint
    assert len(heard) == 2


def test_nothing_found_is_nothing_to_refuse() -> None:
    assert announce("load", [], lambda _: None, strict=True) == ()


def test_a_pipe_hears_warnings_as_data(capsys: pytest.CaptureFixture[str]) -> None:
    with shown_progress() as progress:
        progress(Progress("load", finding=FIRST))
    written = capsys.readouterr()
    assert written.out == ""
    assert written.err.splitlines() == [
        "warning: values reach 255 [/red] [data-range]",
        "hint: divide them by 255",
        "load",
    ]
