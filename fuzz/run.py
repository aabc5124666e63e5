"""Fuzz every reader, and record what came of it.

Each target runs in processes of its own, one at a time; a process that ends early (a crash in
native code, no answer for a minute) is a fault, and another one goes on. Exits with 1 where an
input ended in another way than accepted, or refused in one typed line within 5 s and 2 GB.

python fuzz/run.py --seconds 20
python fuzz/run.py --record docs/fuzzing.json
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import asdict, dataclass, replace
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / part) for part in ("toolchain", "hil", "fuzz")]

from mcuq_fuzz.device import (  # noqa: E402
    SIDES,
    MissingClangError,
    Side,
    build_libfuzzer,
    run_libfuzzer,
)
from mcuq_fuzz.target import Target  # noqa: E402
from mcuq_fuzz.targets import TARGETS  # noqa: E402

_COVERAGE = re.compile(r"cov: (\d+) ft: (\d+) corp: (\d+)/")
_MOST_PROCESSES = 50
_NO_END = 10**9
DEVICE_RUNS = 1_000_000


@dataclass(frozen=True)
class Row:
    """What was done with one target.

    Attributes:
        target: its name.
        executions: inputs.
        accepted: inputs that were read.
        faults: how often each kind occurred; empty as it should be.
        slowest_s: processor time of the slowest input.
        peak_mb: most resident memory, the interpreter and its libraries included.
        edges, features: of libFuzzer's coverage in the reader's own code, corpus included.
        corpus: inputs that reach something others do not.
        minutes: on the clock.
    sources: of the code that was fuzzed, a digest: runs of the same code add up.
    """

    target: str
    executions: int
    accepted: int
    faults: dict[str, int]
    slowest_s: float
    peak_mb: int
    edges: int
    features: int
    corpus: int
    minutes: float
    sources: str

    def after(self, earlier: Row | None) -> Row:
        """Both runs together."""
        if earlier is None:
            return self
        return replace(
            self,
            executions=earlier.executions + self.executions,
            accepted=earlier.accepted + self.accepted,
            faults=dict(Counter(earlier.faults) + Counter(self.faults)),
            slowest_s=max(earlier.slowest_s, self.slowest_s),
            peak_mb=max(earlier.peak_mb, self.peak_mb),
            edges=max(earlier.edges, self.edges),
            features=max(earlier.features, self.features),
            corpus=max(earlier.corpus, self.corpus),
            minutes=round(earlier.minutes + self.minutes, 1),
        )


def fuzz(target: Target, folder: Path, runs: int, seconds: float, seed: int) -> Row:
    """Run a target until it has so many executions or the time is over."""
    begin, faults = time.monotonic(), Counter[str]()
    done = accepted = peak = edges = features = corpus = 0
    slowest = 0.0
    for process in range(_MOST_PROCESSES):
        left = seconds - (time.monotonic() - begin)
        if done >= runs or left <= 0:
            break
        place = folder / f"process{process}"
        place.mkdir(parents=True)
        (folder / "corpus").mkdir(exist_ok=True)
        (place / "corpus").symlink_to(folder / "corpus")
        code, log = _process(target, place, runs - done, left, seed + process)
        path = place / "figures.json"
        found = json.loads(path.read_text()) if path.exists() else {}
        done += found.get("executions", 0)
        accepted += found.get("accepted", 0)
        slowest, peak = max(slowest, found.get("slowest", 0)), max(peak, found.get("peak", 0))
        faults.update(found.get("faults", {}))
        if code:
            faults[f"the process ended with {code}"] += 1
        for match in _COVERAGE.finditer(log):
            edges, features, corpus = map(int, match.groups())
    minutes = (time.monotonic() - begin) / 60
    return Row(
        target.name, done, accepted, dict(faults), round(slowest, 3), peak >> 20, edges, features,
        corpus, round(minutes, 1), sources(),
    )  # fmt: skip


def sources() -> str:
    """Digest of everything that is imported, and of what makes the inputs."""
    digest = hashlib.sha256()
    for folder in ("toolchain", "hil", "fuzz"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def fuzz_device(side: Side, folder: Path, runs: int, seconds: float, seed: int) -> Row:
    """As `fuzz`, of the device's side of a serial protocol; raises MissingClangError."""
    begin, program = time.monotonic(), build_libfuzzer(folder, side)
    faults = dict[str, int]()
    try:
        told = run_libfuzzer(program, folder, runs, min(seconds, 10**6), seed, side)
    except subprocess.CalledProcessError as error:
        told, faults = error.stderr, {f"the process ended with {error.returncode}": 1}
    executions = max((int(n) for n in re.findall(r"^#(\d+)", told, re.M)), default=0)
    found = [tuple(map(int, each)) for each in _COVERAGE.findall(told)]
    edges, features, corpus = found[-1] if found else (0, 0, 0)
    minutes = round((time.monotonic() - begin) / 60, 1)
    return Row(
        side.name, executions, executions, faults, 0.0, 0, edges, features, corpus, minutes,
        sources(),
    )  # fmt: skip


def _process(target: Target, place: Path, runs: int, seconds: float, seed: int) -> tuple[int, str]:
    words = [target.name, str(place), str(runs), str(seconds), str(seed)]
    paths = [str(ROOT / part) for part in ("toolchain", "hil", "fuzz")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "PYTHONHASHSEED": "0"}
    with (place / "log").open("wb") as log:
        code = subprocess.run(
            [sys.executable, "-m", "mcuq_fuzz.worker", *words],
            env=environment,
            stdout=log,
            stderr=log,
            check=False,
        ).returncode
    return code, (place / "log").read_text(errors="replace")


def write(path: Path, row: Row) -> None:
    """Put a row into the record, in place of one of older code, or added to one of the same."""
    known = [Row(**each) for each in json.loads(path.read_text())["rows"]] if path.exists() else []
    before = [each for each in known if each.target == row.target and each.sources == row.sources]
    others = [each for each in known if each.target != row.target]
    rows = [asdict(each) for each in (*others, *(row.after(each) for each in before or [None]))]
    text = json.dumps({"rows": sorted(rows, key=lambda each: each["target"])}, indent=1)
    path.write_text(text + "\n")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("targets", nargs="*", help="default: all of them")
    parser.add_argument("--seconds", type=float, default=_NO_END, help="for each target")
    parser.add_argument("--runs", type=int, help="executions of each; default: its own number")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="folder for corpora and faults")
    parser.add_argument("--record", type=Path, help="JSON file that gets the figures")
    options = parser.parse_args()
    known = [*TARGETS, *SIDES]
    if unknown := set(options.targets) - set(known):
        parser.error(f"no target {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    rows = []
    for name in options.targets or known:
        folder = options.keep / name if options.keep else Path(tempfile.mkdtemp())
        folder.mkdir(parents=True, exist_ok=True)
        runs = options.runs or (DEVICE_RUNS if name in SIDES else TARGETS[name].runs)
        try:
            if name in SIDES:
                row = fuzz_device(SIDES[name], folder, runs, options.seconds, options.seed)
            else:
                row = fuzz(TARGETS[name], folder, runs, options.seconds, options.seed)
        except MissingClangError as error:
            print(f"{name}: left out: {error}", flush=True)
            continue
        rows.append(row)
        print(f"{name}: {row.executions:,} executions, {row.accepted:,} accepted, ", end="")
        print(f"{row.edges} edges, {sum(row.faults.values())} faults", flush=True)
        for fault, times in row.faults.items():
            print(f"  {times} × {fault}; see {folder}", flush=True)
        if options.record:
            write(options.record, row)
    return int(any(row.faults for row in rows))


if __name__ == "__main__":
    sys.exit(main())
