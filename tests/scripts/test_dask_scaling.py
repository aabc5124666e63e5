"""The schedule of many workers: what it is made of, and what it cannot beat."""

from __future__ import annotations

from itertools import pairwise

import pytest

import dask_scaling
from study.preparation import Study
from study.scaling import Recorded, Timing, recorded, scheduled, search_requests

CALLS = ((0.5,) * 8, (1.0, 0.25, 0.25, 0.25, 0.25))


def test_a_schedule_without_costs_is_the_work_over_the_workers() -> None:
    times = Recorded(CALLS, serial=1.0, job=0.0, trip=0.0)
    assert scheduled(times, 1) == times.alone == 7.0
    assert scheduled(times, 2) == 1.0 + 2.0 + 1.0
    # The longest score of each call is the end of it.
    assert scheduled(times, 64) == 1.0 + 0.5 + 1.0
    assert scheduled(times.stretched(10), 64) == 1.0 + 5.0 + 10.0


def test_more_workers_never_take_longer_where_handing_over_is_for_nothing() -> None:
    times = Recorded(((0.1,) * 64,) * 3, serial=0.2, job=0.0, trip=0.0)
    found = [scheduled(times, workers) for workers in (1, 2, 4, 8, 64, 512)]
    assert all(slower >= faster for slower, faster in pairwise(found))


def test_handing_over_bounds_what_any_number_can_do() -> None:
    times = Recorded(((0.01,) * 32,), serial=0.0, job=0.005, trip=0.02)
    assert scheduled(times, 512) >= 32 * times.job + times.trip


def test_rows_say_which_way_they_are_of() -> None:
    rounds = {("pool", 1): [Timing(2.0, 1.0, 0.0)], ("dask", 1): [Timing(4.0, 1.0, 2.0)]}
    lines = dask_scaling.measured_lines(rounds, cpus=2)
    assert "| pool | 1 | 2.00 (2.00) | 200% | 0.0 s | 1.0 s |" in lines
    assert "| dask | 1 | 1.00 (1.00) | 100% | 2.0 s | 1.0 s |" in lines


@pytest.mark.slow
def test_every_score_of_the_search_is_recorded(study: Study) -> None:
    requests = search_requests(study, 12)
    times = recorded(study, requests, serial=0.0)
    asked = {genome for request in requests for genome in request.genomes}
    assert sum(map(len, times.calls)) >= len(asked)
    assert min(seconds for call in times.calls for seconds in call) > 0
    assert times.job > 0 and times.trip > 0
