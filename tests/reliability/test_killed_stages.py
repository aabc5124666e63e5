"""A build killed in any stage behind its search scores nothing again and ends in the same bytes."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Sequence

import pytest

from drill.project import Drill
from mcuq.pipeline.scoring import Scorer, Span
from mcuq.search import Genome

pytestmark = [
    pytest.mark.slow,
    pytest.mark.arm,
    pytest.mark.skipif(sys.platform == "win32", reason="builds are forked"),
]

LOG = ".out.search.jsonl"


@pytest.fixture(scope="module")
def drill(tmp_path_factory: pytest.TempPathFactory) -> Drill:
    return Drill(tmp_path_factory.mktemp("drill"))


def forbid_scores() -> None:
    """In a child: a score that is not in the log fails the build."""

    def none(self: Scorer, genomes: Sequence[Genome], span: Span) -> list[float]:
        if genomes:
            raise AssertionError(f"{len(genomes)} candidates are scored again")
        return []

    Scorer._losses = none  # type: ignore[method-assign]


def killed_in(drill: Drill, stage: str, *, resumed: bool) -> None:
    """Start a build and end it when it says that it has come to `stage`."""
    child = drill.start(before=forbid_scores if resumed else lambda: None)
    while stage not in drill.said_stages():
        assert os.waitpid(child, os.WNOHANG) == (0, 0), drill.said()
        time.sleep(0.005)
    os.kill(child, signal.SIGKILL)
    assert os.waitpid(child, 0)[1] == signal.SIGKILL, drill.said()


def test_every_score_is_kept_until_the_result_is_written(drill: Drill) -> None:
    drill.forget_result()
    log = drill.project / LOG
    assert not log.exists()
    later = drill.stages[drill.stages.index("search") + 1 :]
    assert {"refine", "verify", "report"} <= set(later)
    kept = []
    for number, stage in enumerate(later):
        killed_in(drill, stage, resumed=number > 0)
        kept.append(log.read_bytes())
    assert set(kept) == {kept[0]}
    assert drill.run(before=forbid_scores) == 0, drill.said()
    drill.check_result("after kills in " + ", ".join(later))
    assert not drill.failures
    assert not log.exists()


def test_a_score_that_is_made_again_is_seen(drill: Drill) -> None:
    drill.forget_result()
    assert drill.run(before=forbid_scores) != 0
    assert "scored again" in drill.said()
