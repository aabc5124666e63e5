"""What fuzzing begins with and what it once found: accepted, or one typed line, quickly."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

from mcuq_fuzz.device import SIDES
from mcuq_fuzz.outcome import outcome, reset_peak
from mcuq_fuzz.target import CORPUS, REGRESSIONS, Target
from mcuq_fuzz.targets import TARGETS

ROOT = Path(__file__).resolve().parents[2]
NEEDS = {"onnx": "onnx", "keras": "h5py", "hdf5": "h5py", "hdf5_bytes": "h5py"}
CHANGED = 60


def needed(target: Target) -> None:
    module = NEEDS.get(target.name)
    if module and importlib.util.find_spec(module) is None:
        pytest.skip(f"{module} is not installed")


def judged(target: Target, inputs: list[bytes]) -> int:
    """How many are accepted; fails where one ends otherwise than it should."""
    reset_peak()
    found = [outcome(target.execute, data) for data in inputs]
    faults = [(each.fault, each.detail) for each in found if each.fault]
    assert not faults, faults[0]
    return sum(each.accepted for each in found)


def contents(folder: Path) -> list[bytes]:
    return [path.read_bytes() for path in sorted(folder.iterdir())] if folder.is_dir() else []


@pytest.mark.parametrize("name", TARGETS)
def test_seeds_are_read(name: str) -> None:
    target = TARGETS[name]
    needed(target)
    seeds = contents(target.corpus)
    assert seeds
    accepted = judged(target, seeds)
    assert bool(accepted) is target.accepts


@pytest.mark.parametrize("name", [n for n in TARGETS if TARGETS[n].regressions.is_dir()])
def test_what_was_found_stays_mended(name: str) -> None:
    needed(TARGETS[name])
    judged(TARGETS[name], contents(TARGETS[name].regressions))


@pytest.mark.parametrize("name", [n for n in TARGETS if TARGETS[n].mutate])
def test_changes_keep_some_inputs_valid(name: str) -> None:
    """Otherwise only the beginning of a reader would be tried."""
    target = TARGETS[name]
    needed(target)
    assert target.mutate is not None
    seeds, rng = contents(target.corpus), Random(1)
    changed = [target.mutate(rng.choice(seeds), rng) for _ in range(CHANGED)]
    assert judged(target, changed) > 0


def test_every_folder_belongs_to_a_target() -> None:
    for folder in (*CORPUS.iterdir(), *REGRESSIONS.iterdir()):
        assert folder.name in {*TARGETS, *SIDES}


def test_a_fault_is_told() -> None:
    """Of a reader that fails in every way that counts."""

    def wrong(data: bytes) -> None:
        raise KeyError(data.decode())

    assert outcome(wrong, b"x").fault.startswith("KeyError at test_targets.py")


@pytest.mark.slow
def test_a_run_of_the_fuzzer(tmp_path: Path) -> None:
    pytest.importorskip("atheris", reason="pip install 'mcuq[fuzz]'")
    words = ["words", "npy", "--runs", "400", "--keep", str(tmp_path / "kept")]
    words += ["--record", str(tmp_path / "r.json")]
    done = subprocess.run(
        [sys.executable, str(ROOT / "fuzz" / "run.py"), *words],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "words: 400 executions" in done.stdout
    assert '"executions": 400' in (tmp_path / "r.json").read_text()
