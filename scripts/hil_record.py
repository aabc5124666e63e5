"""Measure the bench on emulated boards and write docs/hil_record.json.

    python scripts/hil_record.py BUILD_DIR SAMPLES.npz

BUILD_DIR is what `mcuq build` or `mcuq quantize` wrote for the stm32f746 (a keyword-spotting
model in the committed record); SAMPLES.npz holds float inputs `x`.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from mcuq.compiler.selftest import build_selftest
from mcuq.tflite.micro import run_micro
from mcuq_hil import Session, load_board, open_session
from mcuq_hil.bench import boot_emulator
from mcuq_hil.errors import HilError, LinkLostError
from mcuq_hil.farm import Job, Place, run_jobs
from mcuq_hil.faulty import FaultyTransport
from mcuq_hil.selftest import answer, question

BOARD = load_board("stm32f746")
SAMPLES = 1000
JOBS = 200
ROOT = Path(__file__).resolve().parents[1]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("build_dir", type=Path)
    parser.add_argument("samples", type=Path)
    parser.add_argument("--only", action="append", help="measure this section, keep the others")
    options = parser.parse_args()
    path = ROOT / "docs" / "hil_record.json"
    record = json.loads(path.read_text(encoding="utf-8")) if options.only else {}
    with tempfile.TemporaryDirectory() as scratch:
        selftest = build_selftest(BOARD, Path(scratch)).elf
        sections: dict[str, Callable[[], dict[str, Any]]] = {
            "model": lambda: model_through_the_link(options.build_dir, options.samples),
            "faults": lambda: {str(rate): faults(selftest, rate, n) for rate, n in RATES},
            "plain_link": lambda: plain_and_wrapped(selftest),
            "lost": lambda: {how: noticed(selftest, how) for how in ("kill", "press_reset")},
            "farm": lambda: farm(options.build_dir / "firmware.elf"),
        }
        for name in options.only or sections:
            record[name] = sections[name]()
    text = json.dumps(record, indent=2) + "\n"
    path.write_text(text, encoding="utf-8")
    sys.stdout.write(text)
    return 0


def int8_inputs(session: Session, path: Path) -> np.ndarray:
    """SAMPLES int8 inputs: the file's, then the same with noise."""
    io = session.info.inputs[0]
    x = np.load(path)["x"].reshape(-1, io.bytes).astype(np.float32)
    quantized = np.clip(np.round(x / io.scale) + io.zero_point, -128, 127)
    rounds = np.resize(quantized, (SAMPLES, io.bytes))
    noise = np.random.default_rng(1).integers(-9, 10, (SAMPLES, io.bytes))
    noise[: len(quantized)] = 0
    return np.clip(rounds + noise, -128, 127).astype(np.int8)


def model_through_the_link(build_dir: Path, path: Path) -> dict[str, Any]:
    flatbuffer = (build_dir / "model.tflite").read_bytes()
    counts = []
    with open_session(BOARD, build_dir / "firmware.elf") as session:
        inputs = int8_inputs(session, path)
        expected = run_micro(flatbuffer, [inputs], len(session.info.outputs))[0]
        start = time.perf_counter()
        found = [session.run([row.tobytes()])[0] for row in inputs]
        seconds = time.perf_counter() - start
    for _ in range(3):
        with open_session(BOARD, build_dir / "firmware.elf") as session:
            counts.append(session.count([inputs[0].tobytes()]).total)
    equal = sum(a == b.tobytes() for a, b in zip(found, expected, strict=True))
    return {"samples": SAMPLES, "equal": equal, "seconds": round(seconds, 1), "counts": counts}


RATES = ((0.01, 10_000), (0.1, 1_000))


def faults(elf: Path, rate: float, exchanges: int) -> dict[str, Any]:
    port = FaultyTransport(boot_emulator(BOARD, elf), rate=rate, seed=1)
    chance = random.Random(2)
    seen: Counter[str] = Counter()
    slowest = 0.0
    with Session(BOARD, elf, port, unit="instructions") as session:
        session.open(hello_seconds=30)
        for turn in range(exchanges):
            start = time.perf_counter()
            try:
                seen["right" if exchange_is_right(session, turn, chance) else "wrong"] += 1
            except HilError as error:
                seen[type(error).__name__] += 1
            slowest = max(slowest, time.perf_counter() - start)
    return {"exchanges": exchanges, **seen, "faults": port.faults, "slowest_s": round(slowest, 2)}


def exchange_is_right(session: Session, turn: int, chance: random.Random) -> bool:
    if turn % 50 == 0:
        asked = question(session, turn)
        return session.run([asked]) == [answer(asked)]
    data = chance.randbytes(chance.randrange(200))
    return session.echo(data) == data


def plain_and_wrapped(elf: Path) -> dict[str, Any]:
    """Seconds of an echo on the bare link and through the fault injector at rate 0.

    The fastest tenth's bound of each: what else runs on the computer only adds to a time.
    """
    data = bytes(range(200))
    sessions = {}
    for name in ("plain", "wrapped"):
        port = boot_emulator(BOARD, elf)
        chosen = port if name == "plain" else FaultyTransport(port, rate=0.0, seed=0)
        sessions[name] = Session(BOARD, elf, chosen, unit="instructions")
        sessions[name].open()
    times: dict[str, list[float]] = {name: [] for name in sessions}
    for _ in range(2000):
        for name, session in sessions.items():
            start = time.perf_counter()
            session.echo(data)
            times[name].append(time.perf_counter() - start)
    for session in sessions.values():
        session.close()
    return {name: round(float(np.quantile(values, 0.1)), 6) for name, values in times.items()}


def noticed(elf: Path, how: str) -> dict[str, Any]:
    """Seconds from the loss, in mid-transfer, to the error; and whether a new session works."""
    port = boot_emulator(BOARD, elf)
    session = Session(BOARD, elf, port, unit="instructions")
    session.open()
    asked = question(session, 1)
    getattr(port, how)()
    start = time.perf_counter()
    try:
        while True:
            session.run([asked])
    except LinkLostError as error:
        seconds, told = time.perf_counter() - start, error.cause
    session.close()
    with open_session(BOARD, elf) as fresh:
        recovered = fresh.run([asked]) == [answer(asked)]
    return {"seconds": round(seconds, 3), "told": told, "recovered": recovered}


def farm(elf: Path) -> dict[str, Any]:
    """The same jobs, counted runs of the model, on one board and on four."""
    facts: dict[str, Any] = {"jobs": JOBS}
    values = []
    for boards in (1, 4):
        places = [Place(f"place {n}", BOARD.name, emulated=True) for n in range(boards)]
        jobs = [Job(f"job {n}", BOARD.name, elf, counted(n)) for n in range(JOBS)]
        start, used = time.perf_counter(), children_seconds()
        report = run_jobs(places, jobs)
        facts[f"seconds_{boards}"] = round(time.perf_counter() - start, 1)
        facts[f"cpu_seconds_{boards}"] = round(children_seconds() - used, 1)
        values.append([outcome.value for outcome in report.outcomes])
    facts["equal"] = values[0] == values[1]
    facts["speedup"] = round(facts["seconds_1"] / facts["seconds_4"], 2)
    return facts


def children_seconds() -> float:
    """Processor time of the emulators that have ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def counted(turn: int) -> Any:
    def work(session: Session) -> tuple[bytes, int]:
        data = random.Random(turn).randbytes(session.info.inputs[0].bytes)
        outputs, counts = session.run_counted([data])
        return outputs[0], counts.total

    return work


if __name__ == "__main__":
    sys.exit(main())
