"""The crash drills with few rounds; `docs/reliability.md` has the figures of many."""

from __future__ import annotations

import random
import sys

import pytest

from crash_drill import DRILLS
from drill.project import Drill

pytestmark = [
    pytest.mark.slow,
    pytest.mark.arm,
    pytest.mark.skipif(sys.platform != "linux", reason="processes are looked for in /proc"),
]


@pytest.fixture(scope="module")
def drill(tmp_path_factory: pytest.TempPathFactory) -> Drill:
    return Drill(tmp_path_factory.mktemp("drill"))


@pytest.mark.parametrize(
    ("name", "count"), [("kills", 12), ("writes", 2), ("flips", 3), ("workers", 1)]
)
def test_all_end_in_the_same_bytes_or_one_line(name: str, count: int, drill: Drill) -> None:
    drill.failures.clear()
    told = DRILLS[name](drill, random.Random(16), count)
    assert not drill.failures
    assert told.total() >= count


def test_a_drill_sees_what_is_wrong(drill: Drill) -> None:
    drill.failures.clear()
    out = drill.project / "out"
    whole = (out / "model.tflite").read_bytes()
    (out / "model.tflite").write_bytes(whole[:-1])
    (drill.project / ".out.mcuq-new-x").mkdir()
    drill.log.write_text("error: a\nerror: b\n")
    drill.check_result("round")
    drill.check_one_line("round", "error")
    (drill.project / ".out.mcuq-new-x").rmdir()
    (out / "model.tflite").write_bytes(whole)
    assert drill.failures == [
        "round: differs in model.tflite",
        "round: left .out.mcuq-new-x",
        "round: said ['error: a', 'error: b']",
    ]
