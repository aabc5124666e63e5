"""Resume after a kill at any moment: an append-only log of scores, replayed as a memo.

The search is deterministic given its seed and the scores, so nothing else needs saving: a resumed
run repeats the same decisions and takes scores from the log until it reaches new ground.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from mcuq.atomic_write import write_atomically
from mcuq.document import Document
from mcuq.errors import InputError
from mcuq.search.problem import ScoreFunction
from mcuq.search.settings import FIDELITIES
from mcuq.search.space import Genome
from mcuq_hil.seal import check_digits

_log = logging.getLogger(__name__)

Key = tuple[int, Genome]
"""(rung, genome)."""


@dataclass(frozen=True)
class LogHead:
    """The first line of a score log.

    Attributes:
        fingerprint: of everything that scores depend on.
        check: digits that say whether the line is whole.
        format: version of the log.
    """

    fingerprint: str
    check: str = ""
    format: Literal[2] = 2


@dataclass(frozen=True)
class LogEntry:
    """Every other line: one scored genome.

    Attributes:
        rung: number of the set of samples it was scored on.
        genome: number of the choice of each gene.
        loss: as computed, to the last bit.
        check: digits that say whether the line is whole.
    """

    rung: int
    genome: Genome
    loss: float
    check: str = ""


HEAD = Document(
    "score-log-head",
    LogHead,
    "the first line of a score log",
    "`.NAME.search.jsonl`, by `mcuq build`",
    version=2,
    marked="nowhere",
)
ENTRY = Document(
    "score-log-entry",
    LogEntry,
    "a line of a score log",
    "`.NAME.search.jsonl`, by `mcuq build`",
    version=2,
    marked="nowhere",
)


class ScoreLog:
    """Wraps a score function; each batch is on disk before its scores are used.

    Args:
        path: JSON lines; the first names `fingerprint`, each other one scored genome.
        fingerprint: of everything scores depend on (model, data, candidates, seed). A log with
            another fingerprint is started anew; lines that are damaged are left out, with a note.
        score: the function to wrap.

    Raises:
        InputError: the log cannot be read; in a call: it can no longer be written.
    """

    def __init__(self, path: Path, fingerprint: str, score: ScoreFunction) -> None:
        self._path: Path | None = path
        self._score = score
        self._memo = _read(path, fingerprint)
        self.replayed = len(self._memo)
        lines = [head_line(fingerprint)]
        lines += [entry_line(key, loss) for key, loss in self._memo.items()]
        try:
            write_atomically(path, "\n".join(lines) + "\n")
        except InputError as error:
            _log.warning("%s: no scores are kept, a killed search starts anew", error.cause)
            self._path = None

    def __call__(self, genomes: Sequence[Genome], rung: int) -> list[float]:
        fresh = [g for g in dict.fromkeys(genomes) if (rung, g) not in self._memo]
        size = FIDELITIES.logged_together
        for start in range(0, len(fresh), size):
            self._extend(fresh[start : start + size], rung)
        return [self._memo[rung, g] for g in genomes]

    def _extend(self, genomes: Sequence[Genome], rung: int) -> None:
        losses = map(float, self._score(genomes, rung))
        scored = dict(zip(((rung, g) for g in genomes), losses, strict=True))
        if self._path is not None:
            _append(
                self._path, "".join(entry_line(key, loss) + "\n" for key, loss in scored.items())
            )
        self._memo.update(scored)


def _append(path: Path, lines: str) -> None:
    try:
        with path.open("ab") as log:
            log.write(lines.encode())
            log.flush()
            os.fsync(log.fileno())
    except OSError as error:
        raise InputError(
            f"cannot write {path}: {error.strerror}",
            "see to it that it can be written; the same command goes on from there",
        ) from error


def head_line(fingerprint: str) -> str:
    """The first line of a log, sealed, without its end."""
    head = LogHead(fingerprint)
    return HEAD.line(replace(head, check=check_digits(HEAD.line(head))))


def entry_line(key: Key, loss: float) -> str:
    """The line of one score, sealed, without its end."""
    entry = LogEntry(*key, loss)
    return ENTRY.line(replace(entry, check=check_digits(ENTRY.line(entry))))


def _read(path: Path, fingerprint: str) -> dict[Key, float]:
    """Scores of a log with this fingerprint; a line that is not as it was written is left out."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise InputError(
            f"cannot read {path}: {error.strerror}", "remove it: the search starts anew then"
        ) from error
    # A batch that a kill cut off has no end of line.
    first, *lines = data.removesuffix(b"\n").split(b"\n")
    found = _fingerprint(first)
    if found is None:
        _log.warning("%s is damaged: the search starts anew", path)
    if found != fingerprint:
        return {}
    scores = [_score(line) for line in lines]
    whole = [score for score in scores if score is not None]
    if len(whole) < len(scores):
        lost = len(scores) - len(whole)
        _log.warning("%s: %d of %d scores are damaged and made again", path, lost, len(scores))
    return dict(whole)


def _fingerprint(line: bytes) -> str | None:
    """Of a first line; None where it is not as it was written."""
    try:
        found = HEAD.parse(line).fingerprint
    except ValueError:
        return None
    return found if head_line(found).encode() == line else None


def _score(line: bytes) -> tuple[Key, float] | None:
    """Of another line; None where it is not as it was written."""
    try:
        entry = ENTRY.parse(line)
    except ValueError:
        return None
    key = (entry.rung, entry.genome)
    return (key, entry.loss) if entry_line(key, entry.loss).encode() == line else None
