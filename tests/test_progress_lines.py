"""A line where a stage begins, where it ends, and now and then in between."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcuq.progress import Progress, StageLines

STEPS = st.lists(
    st.builds(
        Progress,
        stage=st.sampled_from(["load", "search", "verify"]),
        done=st.integers(0, 5),
        total=st.none() | st.just(5),
        note=st.sampled_from(["", "best loss 0.1"]),
    ),
    max_size=20,
)


def lines(steps: list[Progress]) -> list[str]:
    found: list[str] = []
    callback = StageLines(found.append)
    for step in steps:
        callback(step)
    return found


@given(STEPS)
def test_every_stage_is_told_when_it_begins(steps: list[Progress]) -> None:
    told = [line.split(":")[0] for line in lines(steps)]
    begun = [
        step.stage for n, step in enumerate(steps) if n == 0 or steps[n - 1].stage != step.stage
    ]
    assert [one for n, one in enumerate(told) if n == 0 or told[n - 1] != one] == begun


def test_a_search_that_ends_early_is_told_how_far_it_came() -> None:
    steps = [Progress("search", done, 400, f"best loss 0.{done}") for done in (10, 20, 30)]
    assert lines([*steps, Progress("report")]) == [
        "search: best loss 0.10 (10 of 400)",
        "search: best loss 0.30 (30 of 400)",
        "report",
    ]


def test_a_long_stage_is_told_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(range(0, 10_000, 10))
    monkeypatch.setattr("mcuq.progress.time.monotonic", lambda: next(clock))
    told = lines([Progress("search", done, 100) for done in range(20)])
    assert 3 <= len(told) < 15
    assert told[0] == "search: (0 of 100)"
