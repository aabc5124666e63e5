"""Builds that find a kept file damaged."""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter
from pathlib import Path

from drill.project import Drill


def flips(drill: Drill, rng: random.Random, count: int) -> Counter[str]:
    """Damage one kept file before each of `count` builds: an object, candidates, a score log."""
    told: Counter[str] = Counter()
    log = drill.project / ".out.search.jsonl"
    while not log.exists():
        _half_searched(drill, log)
    half = log.read_bytes()
    for number in drill.rounds(count):
        log.write_bytes(half)
        kind = ("objects", "candidates", "scores")[number % 3]
        kept = sorted((drill.cache / "mcuq").glob(f"{kind}/*")) if kind != "scores" else [log]
        path = rng.choice(kept)
        how = _damage(path, rng)
        damaged = path.read_bytes()
        what = f"{number}: {path.name} {how}"
        told[f"{kind} {how}"] += 1
        if drill.run() != 0:
            drill.failures.append(f"{what}: {drill.said()[-300:]}")
        # An object that this build does not need stays as it is.
        if path.exists() and path.read_bytes() == damaged:
            told["not read"] += 1
        else:
            drill.check_one_line(what, "note")
        drill.check_result(what)
    return told


def _half_searched(drill: Drill, log: Path) -> None:
    """A log as a killed build leaves it."""
    child = drill.start()
    while os.waitpid(child, os.WNOHANG)[0] == 0:
        if log.exists() and len(log.read_bytes().splitlines()) > 3:
            os.kill(child, signal.SIGKILL)
        time.sleep(0.005)


def _damage(path: Path, rng: random.Random) -> str:
    data = bytearray(path.read_bytes())
    how = rng.choice(["flipped", "flipped", "flipped", "cut", "emptied"])
    if how == "flipped":
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    elif how == "cut":
        # Within a line: a log that ends with a line is whole.
        del data[rng.randrange(len(data) - 20) :]
        data += b"{"
    else:
        data.clear()
    path.write_bytes(data)
    return how
