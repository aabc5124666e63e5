"""One target under atheris: `python -m mcuq_fuzz.worker TARGET FOLDER RUNS SECONDS SEED`.

FOLDER gets the corpus as it grows, the inputs that end in another way than they should, and
`figures.json`. What is found does not end the run; what ends the process is left for the parent.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib
import json
import logging
import os
import resource
import sys
import time
import warnings
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import atheris

_READERS = [
    *("mcuq.importers", "mcuq.tflite", "mcuq.prequantized", "mcuq.graph"),
    *("mcuq.arrays", "mcuq.arrange", "mcuq.data", "mcuq.sequences"),
    *("mcuq.document", "mcuq.written", "mcuq.result", "mcuq.report.store", "mcuq.bundle.store"),
    *("mcuq.calibrate.store", "mcuq.finetune.sidecar", "mcuq.pipeline.config_overrides"),
    *("mcuq.project", "mcuq.declared", "mcuq.search.scorelog", "mcuq.units", "mcuq_hil"),
]
"""Packages whose coverage leads the fuzzer."""

with atheris.instrument_imports(include=_READERS):
    from mcuq_fuzz.outcome import outcome, peak_bytes, reset_peak
    from mcuq_fuzz.targets import TARGETS

    for module in TARGETS[sys.argv[1]].modules:
        importlib.import_module(module)

from mcuq_fuzz.target import Target  # noqa: E402

_MEMORY = 4 << 30
"""Bytes a process may ask for: twice what is a fault, so that one is seen and not only its end."""
_STRUCTURED = 0.8
"""Part of the changes that are a target's own; several of any kind make an input."""
_WRITTEN_EVERY = 500
_HANG_SECONDS = 60


@dataclass
class Figures:
    """Of one process."""

    executions: int = 0
    accepted: int = 0
    slowest: float = 0.0
    peak: int = 0
    faults: Counter[str] = field(default_factory=Counter)


class Run:
    """Executes a target and keeps count.

    Args:
        folder: for figures and faults.
        runs: executions, after which the process ends.
        seconds: after which it ends, too.
    """

    def __init__(self, target: Target, folder: Path, runs: int, seconds: float) -> None:
        self._target, self._folder = target, folder
        self._runs, self._until = runs, time.monotonic() + seconds
        self.figures = Figures()

    def one(self, data: bytes) -> None:
        found = outcome(self._target.execute, data)
        figures = self.figures
        figures.executions += 1
        figures.accepted += found.accepted
        figures.slowest = max(figures.slowest, found.seconds)
        figures.peak = max(figures.peak, peak_bytes())
        if found.fault:
            figures.faults[found.fault] += 1
            self._keep(found.fault, found.detail, data)
        is_over = figures.executions >= self._runs or time.monotonic() > self._until
        if is_over or found.fault or figures.executions % _WRITTEN_EVERY == 0:
            self._write()
        if is_over:
            sys.stderr.flush()
            os._exit(0)

    def _keep(self, fault: str, detail: str, data: bytes) -> None:
        """The smallest input of each fault."""
        name = hashlib.sha256(fault.encode()).hexdigest()[:12]
        path = self._folder / "faults" / name
        if not path.exists() or path.stat().st_size > len(data):
            path.write_bytes(data)
            path.with_suffix(".txt").write_text(f"{fault}\n{detail}\n")

    def _write(self) -> None:
        fresh = self._folder / "figures.part"
        fresh.write_text(json.dumps(self.figures.__dict__))
        fresh.replace(self._folder / "figures.json")


def main() -> None:
    name, folder, runs, seconds, seed = sys.argv[1:6]
    target, place = TARGETS[name], Path(folder)
    for part in ("corpus", "faults"):
        (place / part).mkdir(parents=True, exist_ok=True)
    warnings.filterwarnings("ignore")
    logging.disable()
    resource.setrlimit(resource.RLIMIT_DATA, (_MEMORY, _MEMORY))
    run = Run(target, place, int(runs), float(seconds))
    reset_peak()
    words = [f"-max_len={target.largest}", f"-seed={seed}", "-rss_limit_mb=0"]
    words += [f"-timeout={_HANG_SECONDS}", "-detect_leaks=0"]
    words += [f"-artifact_prefix={place}/ended-", "-mutate_depth=2"]
    words += ["-cross_over=0"] if target.stays_valid else []
    folders = [str(place / "corpus"), str(target.corpus), str(target.regressions)]
    present = [each for each in folders if Path(each).is_dir()]

    def changed(data: bytes, most: int, number: int) -> bytes:
        rng = Random(number)
        if target.mutate is not None and (target.stays_valid or rng.random() < _STRUCTURED):
            # A change may not be possible in what other changes left.
            with contextlib.suppress(Exception):
                made = target.mutate(data, rng)
                if len(made) <= most:
                    return made
        return data if target.stays_valid else bytes(atheris.Mutate(data, most))

    atheris.Setup(
        ["worker", *words, *present], run.one, custom_mutator=changed, internal_libfuzzer=True
    )
    atheris.Fuzz()


if __name__ == "__main__":
    main()
