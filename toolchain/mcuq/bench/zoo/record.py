"""What trying the models of a folder gave, as values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from mcuq.document import Document

Step = Literal["inspect", "import", "int8", "as-is", "build"]
"""Read the file; compare the graph with the file's own runtime; quantize and compare with
TensorFlow Lite Micro; keep a quantized file's integers and compare with the file itself; build
firmware and compare on the emulated board."""
STEPS: tuple[Step, ...] = ("inspect", "import", "int8", "as-is", "build")
"""In their order."""
Outcome = Literal[
    "equal", "read", "not compared", "left out", "refused", "wrong", "crashed", "timeout", "memory"
]
OUTCOMES: tuple[Outcome, ...] = (
    "equal",
    "read",
    "not compared",
    "left out",
    "refused",
    "wrong",
    "crashed",
    "timeout",
    "memory",
)
"""From the best to the worst."""
UNSOUND: frozenset[Outcome] = frozenset({"wrong", "crashed", "timeout", "memory"})
"""What no file may bring about."""


@dataclass(frozen=True)
class Tried:
    """One step on one file.

    Attributes:
        step: inspect, import, int8, as-is or build.
        outcome: equal: the same bytes, or for import the same numbers within rounding; read: the
            file was read, nothing was to compare; not compared: no runtime to compare with; left
            out: the step does not apply, or an earlier one failed; refused: an error with a cause
            and a remedy; wrong: results differ; crashed: an internal error, or the process died;
            timeout, memory: it took more than it may.
        reason: the rule that was not kept, without the place; the same for all files of a kind.
        cause: what went wrong and where, one line.
        hint: what to do about it, one line.
    """

    step: Step
    outcome: Outcome
    reason: str = ""
    cause: str = ""
    hint: str = ""


@dataclass(frozen=True)
class ZooFile:
    """A model file and what became of it.

    Attributes:
        path: below the folder, with forward slashes.
        sha256: of the file and of the data that lie beside it.
        bytes: of the file.
        steps: in their order.
    """

    path: str
    sha256: str
    bytes: int
    steps: tuple[Tried, ...]

    @property
    def worst(self) -> Outcome:
        """Of the steps that were tried."""
        tried = (each.outcome for each in self.steps if each.outcome != "left out")
        return max(tried, key=OUTCOMES.index, default="left out")

    def outcome(self, step: Step) -> Outcome:
        """Of one step."""
        found = [tried.outcome for tried in self.steps if tried.step == step]
        return found[0] if found else "left out"


@dataclass(frozen=True)
class Conditions:
    """What a result depends on beside the file.

    Attributes:
        mcuq: version.
        code: SHA-256 over mcuq's own files.
        steps: that were tried.
        board: that was built for.
        seconds: that one step on one file may take.
        memory_mb: that each of its processes may ask for, in 2^20 bytes.
    """

    mcuq: str
    code: str
    steps: tuple[Step, ...]
    board: str
    seconds: float
    memory_mb: int


@dataclass(frozen=True)
class Zoo:
    """The models of a folder.

    Attributes:
        conditions: of every file.
        is_complete: whether every file has been tried; false after an interrupt.
        files: those that were tried, by path.
    """

    conditions: Conditions
    is_complete: bool
    files: tuple[ZooFile, ...]


ZOO = Document(
    "bench-zoo",
    Zoo,
    "what became of every model file of a folder",
    "`mcuq bench zoo DIR --json`, and `zoo.json` in its `--output`",
)


def counts(files: Iterable[ZooFile], step: Step) -> dict[Outcome, int]:
    """Outcome → how many files had it in `step`; the best first, those of none left out."""
    found = Counter(file.outcome(step) for file in files)
    return {outcome: found[outcome] for outcome in OUTCOMES if found[outcome]}


def reasons(files: Iterable[ZooFile]) -> list[tuple[Step, str, int]]:
    """(step, reason, files) of every refusal, the most frequent first."""
    found = Counter(
        (tried.step, tried.reason)
        for file in files
        for tried in file.steps
        if tried.outcome == "refused"
    )
    ordered = sorted(found.items(), key=lambda item: (-item[1], STEPS.index(item[0][0]), item[0]))
    return [(step, reason, count) for (step, reason), count in ordered]


def unsound(files: Iterable[ZooFile]) -> list[tuple[ZooFile, Tried]]:
    """Every step that no file may bring about, by path."""
    return [(file, tried) for file in files for tried in file.steps if tried.outcome in UNSOUND]
