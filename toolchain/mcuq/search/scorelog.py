"""Resume after a kill at any moment: an append-only log of scores, replayed as a memo.

The search is deterministic given its seed and the scores, so nothing else needs saving: a resumed
run repeats the same decisions and takes scores from the log until it reaches new ground.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from mcuq.document import Document
from mcuq.search.problem import ScoreFunction
from mcuq.search.settings import FIDELITIES
from mcuq.search.space import Genome
from mcuq_hil.durable import replace_file

Key = tuple[int, Genome]
"""(rung, genome)."""


@dataclass(frozen=True)
class LogHead:
    """The first line of a score log.

    Attributes:
        fingerprint: of everything that scores depend on.
        format: version of the log.
    """

    fingerprint: str
    format: Literal[1] = 1


@dataclass(frozen=True)
class LogEntry:
    """Every other line: one scored genome.

    Attributes:
        rung: number of the set of samples it was scored on.
        genome: number of the choice of each gene.
        loss: as computed, to the last bit.
    """

    rung: int
    genome: Genome
    loss: float


HEAD = Document(
    "score-log-head",
    LogHead,
    "the first line of a score log",
    "`.NAME.search.jsonl`, by `mcuq build`",
    marked="nowhere",
)
ENTRY = Document(
    "score-log-entry",
    LogEntry,
    "a line of a score log",
    "`.NAME.search.jsonl`, by `mcuq build`",
    marked="nowhere",
)


class ScoreLog:
    """Wraps a score function; each batch is on disk before its scores are used.

    Args:
        path: JSON lines; the first names `fingerprint`, each other one scored genome.
        fingerprint: of everything scores depend on (model, data, candidates, seed). A log with
            another fingerprint is started anew.
        score: the function to wrap.
    """

    def __init__(self, path: Path, fingerprint: str, score: ScoreFunction) -> None:
        self._path = path
        self._score = score
        self._memo = _read(path, fingerprint)
        self.replayed = len(self._memo)
        lines = [HEAD.line(LogHead(fingerprint))]
        lines += [_line(key, loss) for key, loss in self._memo.items()]
        replace_file(path, ("\n".join(lines) + "\n").encode())

    def __call__(self, genomes: Sequence[Genome], rung: int) -> list[float]:
        fresh = [g for g in dict.fromkeys(genomes) if (rung, g) not in self._memo]
        size = FIDELITIES.logged_together
        for start in range(0, len(fresh), size):
            self._extend(fresh[start : start + size], rung)
        return [self._memo[rung, g] for g in genomes]

    def _extend(self, genomes: Sequence[Genome], rung: int) -> None:
        losses = map(float, self._score(genomes, rung))
        scored = dict(zip(((rung, g) for g in genomes), losses, strict=True))
        with self._path.open("a") as log:
            log.writelines(_line(key, loss) + "\n" for key, loss in scored.items())
            log.flush()
            os.fsync(log.fileno())
        self._memo.update(scored)


def _line(key: Key, loss: float) -> str:
    return ENTRY.line(LogEntry(*key, loss))


def _read(path: Path, fingerprint: str) -> dict[Key, float]:
    """Scores of a log with this fingerprint; a line cut off by a kill ends the reading."""
    memo: dict[Key, float] = {}
    try:
        lines = path.read_text().splitlines()
    except (OSError, UnicodeDecodeError):
        return memo
    try:
        if HEAD.parse(lines[0]).fingerprint != fingerprint:
            return memo
        for line in lines[1:]:
            entry = ENTRY.parse(line)
            memo[entry.rung, entry.genome] = entry.loss
    except (ValueError, LookupError):
        return memo
    return memo
