"""Builds that are ended by a signal at random moments of every stage, and started again."""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter

from drill.project import Drill, session_ends

_PATIENCE_S = 120.0
"""For what a killed build has started to end: a compiler ends by itself."""
_CHAIN = 6
"""Builds that are ended one after the other, each going on from the last, before one may end."""
_LOOK_S = 0.005


def kills(drill: Drill, rng: random.Random, count: int) -> Counter[str]:
    """End `count` builds, and let every sixth one run to its end and compare it."""
    lasts = _durations(drill)
    told: Counter[str] = Counter()
    for number in drill.rounds(count):
        stage = drill.stages[number % len(drill.stages)]
        sent = rng.choice([signal.SIGKILL, signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
        workers = rng.choice([1, 2])
        what = f"{number}: {sent.name} in {stage}"
        child = drill.start(workers=workers)
        reached = _wait_for(drill, child, stage)
        time.sleep(rng.random() * lasts[stage])
        code = _end(child, sent)
        # One that ended by itself meanwhile is no kill.
        told[f"{sent.name} in {stage}" if code != 0 and reached else "ended before"] += 1
        if not session_ends(child, _PATIENCE_S):
            drill.failures.append(f"{what}: left processes")
        if code != 0 and sent != signal.SIGKILL:
            if code != 128 + sent:
                drill.failures.append(f"{what}: exit code {code}")
            drill.check_one_line(what, "stopped")
            drill.check_tidy(what, {"out", ".out.search.jsonl"})
        if code == 0 or number % _CHAIN == _CHAIN - 1:
            if drill.run(workers=workers) != 0:
                drill.failures.append(f"{what}: the next build said {drill.said()[-300:]}")
            drill.check_result(what)
            told["compared"] += 1
            if rng.random() < 0.5:
                drill.forget_result()
    if drill.run() != 0:
        drill.failures.append(f"the last build said {drill.said()[-300:]}")
    drill.check_result("the end")
    told["compared"] += 1
    return told


def _durations(drill: Drill) -> dict[str, float]:
    """Seconds of each stage, once."""
    began: dict[str, float] = {}
    child = drill.start()
    while os.waitpid(child, os.WNOHANG)[0] == 0:
        for stage in drill.said_stages() if drill.log.exists() else ():
            began.setdefault(stage, time.monotonic())
        time.sleep(_LOOK_S)
    times = [began.get(stage, time.monotonic()) for stage in drill.stages] + [time.monotonic()]
    return {
        stage: max(0.05, after - before)
        for stage, before, after in zip(drill.stages, times, times[1:], strict=False)
    }


def _wait_for(drill: Drill, child: int, stage: str) -> bool:
    """Whether a build comes to a stage before it ends."""
    while os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
        if drill.log.exists() and stage in drill.said_stages():
            return True
        time.sleep(_LOOK_S)
    return False


def _end(child: int, sent: signal.Signals) -> int:
    os.kill(child, sent)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
