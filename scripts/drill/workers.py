"""Builds whose pool loses processes."""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter
from pathlib import Path

from drill.project import Drill

_SPAWNED = b"multiprocessing.spawn"


def workers(drill: Drill, rng: random.Random, count: int) -> Counter[str]:
    """Kill a worker of each of `count` builds, of some of them every worker that there is."""
    told: Counter[str] = Counter()
    for number in drill.rounds(count):
        how_often = rng.choice([1, 1, 2, 99])
        what = f"{number}: up to {how_often} workers"
        (drill.project / ".out.search.jsonl").unlink(missing_ok=True)
        for path in drill.cache.glob("mcuq/candidates/*"):
            path.unlink()
        child = drill.start(workers=2)
        killed = _kill_workers(child, rng, how_often)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        told[f"{'some' if killed < 9 else 'many'} killed, exit code {code}"] += 1
        if code == 0:
            drill.check_result(what)
        else:
            drill.check_one_line(what, "error")
            if "worker processes were killed" not in drill.said():
                drill.failures.append(f"{what}: {drill.said()[-300:]}")
    return told


def _kill_workers(session: int, rng: random.Random, most: int) -> int:
    """Until the build ends, or so many are killed; their number."""
    killed: set[int] = set()
    while os.waitid(os.P_PID, session, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
        for process in _workers(session) - killed:
            time.sleep(rng.random())
            if len(killed) < most:
                killed.add(process)
                try:
                    os.kill(process, signal.SIGKILL)
                except ProcessLookupError:
                    killed.discard(process)
        time.sleep(0.02)
    return len(killed)


def _workers(session: int) -> set[int]:
    found = set()
    for path in Path("/proc").glob("[0-9]*"):
        try:
            fields = (path / "stat").read_text(errors="replace").rpartition(")")[2].split()
            words = (path / "cmdline").read_bytes()
        except OSError:
            continue
        if int(fields[3]) == session and _SPAWNED in words and b"tracker" not in words:
            found.add(int(path.name))
    return found
