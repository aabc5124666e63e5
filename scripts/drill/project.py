"""A small build that is started again and again, and what it is compared with."""

from __future__ import annotations

import math
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

import mcuq.pipeline.build
import mcuq.report.publish  # noqa: F401 - loaded once for all children
from mcuq.cli.main import main
from mcuq.examples import copy_example

WORDS = ("-v", "build", "--evaluations", "24", "--seed", "3")
_SAMPLES = {"calibration": 32, "search": 64, "evaluation": 32}
_LAST_STAGE = "report"
_OURS = "mcuq-"
"""Begins the names of all temporaries."""


@dataclass
class Drill:
    """Builds in `folder`; the first one, undisturbed, says what all others have to give.

    Attributes:
        seconds: after which no round is begun.
        failures: a line each.
    """

    folder: Path
    seconds: float = math.inf
    failures: list[str] = field(default_factory=list)
    wanted: dict[str, bytes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._began = time.monotonic()
        for path in (self.project, self.temporary, self.cache):
            path.mkdir()
        copy_example("digits", self.project)
        for name, count in _SAMPLES.items():
            with np.load(self.project / f"{name}.npz") as arrays:
                fewer = {key: arrays[key][:count] for key in arrays.files}
            np.savez(self.project / f"{name}.npz", **fewer)
        self.sources = {path.name for path in self.project.iterdir()}
        code = self.run()
        if code != 0:
            raise RuntimeError(self.said())
        self.wanted = self.result()
        self.stages = self.said_stages()

    @property
    def project(self) -> Path:
        return self.folder / "project"

    @property
    def temporary(self) -> Path:
        return self.folder / "tmp"

    @property
    def cache(self) -> Path:
        return self.folder / "cache"

    @property
    def log(self) -> Path:
        """What the last build wrote to stderr."""
        return self.folder / "stderr"

    def rounds(self, count: int) -> Iterator[int]:
        """0 to `count`, or as far as the time allows."""
        for number in range(count):
            if time.monotonic() - self._began > self.seconds:
                return
            yield number

    def said(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")

    def said_stages(self) -> list[str]:
        """In order, each once; what comes after the report is a summary."""
        first = (line.split(":")[0] for line in self.said().splitlines())
        words = list(dict.fromkeys(word for word in first if word.isalpha() and word.islower()))
        return words[: words.index(_LAST_STAGE) + 1] if _LAST_STAGE in words else words

    def start(
        self, *, workers: int = 1, before: Callable[[], None] = lambda: None, **environment: str
    ) -> int:
        """Fork a build in a session of its own; its process number.

        Args:
            before: called in the child first.
        """
        # What an earlier build said is not taken for what this one says.
        self.log.write_text("", encoding="utf-8")
        sys.stdout.flush()
        child = os.fork()
        if child:
            return child
        code = 1
        try:
            os.setsid()
            os.chdir(self.project)
            places = {"TMPDIR": str(self.temporary), "XDG_CACHE_HOME": str(self.cache)}
            os.environ.update(places | environment)
            log = os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
            os.dup2(log, 1)
            os.dup2(log, 2)
            sys.stdout, sys.stderr = (os.fdopen(n, "w", closefd=False) for n in (1, 2))
            before()
            code = main([*WORDS, "--workers", str(workers)])
            sys.stdout.flush()
            sys.stderr.flush()
        finally:
            os._exit(code)

    def run(
        self, *, workers: int = 1, before: Callable[[], None] = lambda: None, **environment: str
    ) -> int:
        """The exit code of a build."""
        child = self.start(workers=workers, before=before, **environment)
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

    def result(self) -> dict[str, bytes]:
        """Every file of the output by its name."""
        out = self.project / "out"
        files = (path for path in out.rglob("*") if path.is_file())
        return {path.relative_to(out).as_posix(): path.read_bytes() for path in files}

    def forget_result(self) -> None:
        shutil.rmtree(self.project / "out", ignore_errors=True)

    def check_result(self, what: str) -> None:
        """The output is what the first build gave, and nothing lies about."""
        found = self.result()
        differ = sorted(
            name
            for name in found.keys() | self.wanted.keys()
            if found.get(name) != self.wanted.get(name)
        )
        if differ:
            self.failures.append(f"{what}: differs in {', '.join(differ)}")
        self.check_tidy(what, {"out"})

    def check_tidy(self, what: str, allowed: set[str]) -> None:
        """Nothing but sources and `allowed` in the project, nothing temporary anywhere."""
        beside = {path.name for path in self.project.iterdir()} - self.sources - allowed
        kept = {path.name for path in self.cache.rglob("*") if path.name.lstrip(".")[:5] == _OURS}
        left = {path.name for path in self.temporary.iterdir()}
        if beside | kept | left:
            self.failures.append(f"{what}: left {', '.join(sorted(beside | kept | left))}")

    def check_one_line(self, what: str, word: str) -> None:
        """The build said `word: …` once, and nothing that looks like a defect."""
        lines = self.said().splitlines()
        told = [line for line in lines if line.startswith(f"{word}: ")]
        if len(told) != 1 or "Traceback" in self.said() or "internal error" in self.said():
            self.failures.append(f"{what}: said {lines[-3:]}")


def session_ends(session: int, seconds: float) -> bool:
    """Whether all processes of a session end within so many seconds."""
    end = time.monotonic() + seconds
    while _alive(session):
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def _alive(session: int) -> bool:
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[3]) == session and fields[0] not in "ZX":
            return True
    return False
