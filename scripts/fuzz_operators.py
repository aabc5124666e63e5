"""Compare every operator at every width with TFLite Micro on random cases, and record it.

A case is one random operator with random shapes, attributes, scales, zero points, filters and
inputs, extremes and near ties included: what the tests draw too (tests/testing/operator_cases.py,
tests/interpret/operator_fuzz.py), and of operators that keep states a sequence
(tests/testing/recurrent_models.py). Cases run in child processes: one that takes the interpreter
down is counted, and the rest of its seed passed over. Seeds count from --seed on, so the same
numbers and the same release of Hypothesis give the same cases; forms that the record already holds
with as many outputs, from the same wheel, are left out. Exits with 1 where anything differs.

python scripts/fuzz_operators.py --outputs 1000000 --record docs/operator_fuzz.json
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field, replace
from itertools import count, islice
from multiprocessing.connection import Connection
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests" / folder) for folder in ("testing", "interpret")]

from number_formats import Form, Model, forms, quantized  # noqa: E402
from operator_cases import Case, extreme_cases, seeded_cases  # noqa: E402
from operator_fuzz import (  # noqa: E402
    OUTPUTS_A_CASE,
    differences,
    recurrent_differences,
    table,
)
from recurrent_models import recurrent_forms, recurrent_models  # noqa: E402

from mcuq.atomic_write import write_atomically  # noqa: E402
from mcuq.errors import InputError  # noqa: E402
from mcuq.tflite.wheel import oracle_version  # noqa: E402

MOST_SEEDS = 1 << 20
CASES_A_SEED = 25
STUCK_SECONDS = 120
# Workers are threads of this process: a fork of it could inherit a lock that is held.
_CHILDREN = multiprocessing.get_context("spawn")
DEFAULT = Path("docs/operator_fuzz.json")


@dataclass(frozen=True)
class Row:
    """What was compared of one form.

    Attributes:
        name: the form.
        outputs: compared.
        differing: outputs that differ.
        cases: operators drawn.
        refused: cases that mcuq refuses with a typed error.
        crashed: cases that took the interpreter down, or that it would not load.
        seeds: the first of which a case differs or crashes.
    """

    name: str
    outputs: int = 0
    differing: int = 0
    cases: int = 0
    refused: int = 0
    crashed: int = 0
    seeds: tuple[int, ...] = field(default=())

    @property
    def bad(self) -> bool:
        return self.differing > 0 or self.crashed > 0

    def plus(self, seed: int, outcome: tuple[int, int] | str) -> Row:
        """With one more case: (outputs, differing), or what became of it."""
        row = replace(self, cases=self.cases + 1)
        if outcome == "refused":
            return replace(row, refused=row.refused + 1)
        if isinstance(outcome, str):
            return replace(row, crashed=row.crashed + 1, seeds=(*row.seeds, seed)[:8])
        seeds = (*row.seeds, seed)[:8] if outcome[1] else row.seeds
        outputs, differing = row.outputs + outcome[0], row.differing + outcome[1]
        return replace(row, outputs=outputs, differing=differing, seeds=seeds)


def outcomes(form: Form, first: int) -> Iterator[tuple[int, tuple[int, int] | str]]:
    """(seed, outcome) of one case after another, whatever becomes of the process they run in."""
    seed = first
    while seed < first + MOST_SEEDS:
        receiver, sender = _CHILDREN.Pipe(duplex=False)
        child = _CHILDREN.Process(target=_compare, args=(form, seed, sender), daemon=True)
        child.start()
        sender.close()
        try:
            while True:
                found = _received(receiver)
                yield found or (seed, "crashed")
                if found is None:
                    seed += 1
                    break
                seed = found[0]
        finally:
            child.kill()
            child.join()


def _received(receiver: Connection) -> tuple[int, tuple[int, int] | str] | None:
    """Of the child's next case; None if there will be none."""
    if not receiver.poll(STUCK_SECONDS):
        return None
    try:
        found: tuple[int, tuple[int, int] | str] = receiver.recv()
    except EOFError:
        return None
    return found


def _compare(form: Form, first: int, results: Connection) -> None:
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.dup2(silence, 2)
    for seed in count(first):
        for outcome in _outcomes(form, seed):
            results.send((seed, outcome))


def _outcomes(form: Form, seed: int) -> Iterator[tuple[int, int] | str]:
    """Of the cases that belong to a seed."""
    if form.operator.kept:
        for model in islice(recurrent_models(form, seed, OUTPUTS_A_CASE), CASES_A_SEED):
            yield recurrent_differences(model)
        return
    for case in seeded_cases(extreme_cases(form.operator), seed, CASES_A_SEED):
        yield _outcome(form, case)


def _outcome(form: Form, case: Case) -> tuple[int, int] | str:
    try:
        found: tuple[int, int] = differences(Model(case, quantized(case, form)))
        return found
    except InputError:
        return "refused"
    except RuntimeError:
        return "not loaded"


def fuzz(form: Form, outputs: int, first: int) -> Row:
    """At least `outputs` outputs of one form."""
    row = Row(form.name)
    for seed, outcome in outcomes(form, first):
        row = row.plus(seed, outcome)
        if row.outputs >= outputs:
            break
    return row


def recorded(path: Path, wheel: str, first: int) -> dict[str, Row]:
    """Rows of an earlier run with the same wheel and seed, by name."""
    if not path.exists():
        return {}
    found = json.loads(path.read_text())
    if (found["tflite_micro"], found["seed"]) != (wheel, first):
        return {}
    return {
        entry["name"]: Row(**{**entry, "seeds": tuple(entry["seeds"])}) for entry in found["rows"]
    }


def write_record(path: Path, wheel: str, first: int, rows: dict[str, Row]) -> None:
    content = {
        "tflite_micro": wheel,
        "seed": first,
        "rows": [asdict(rows[name]) for name in sorted(rows)],
    }
    write_atomically(path, json.dumps(content, indent=1) + "\n")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--outputs", type=int, default=1_000_000, help="of each form, at least")
    parser.add_argument("--only", default="", help="forms whose name contains this")
    parser.add_argument("--seed", type=int, default=1 << 32, help="of the first case")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument(
        "--record", type=Path, default=DEFAULT, help="JSON file, continued if there"
    )
    parser.add_argument("--table", action="store_true", help="only print the record's table")
    options = parser.parse_args()
    if options.table:
        print(table(json.loads(options.record.read_text())))
        return 0
    wheel = oracle_version()
    rows = recorded(options.record, wheel, options.seed)
    wanted = [form for form in (*forms(), *recurrent_forms()) if options.only in form.name]
    missing = [
        form
        for form in wanted
        if form.name not in rows or rows[form.name].bad or rows[form.name].outputs < options.outputs
    ]
    with ThreadPoolExecutor(options.workers) as pool:
        for row in pool.map(lambda form: fuzz(form, options.outputs, options.seed), missing):
            rows[row.name] = row
            write_record(options.record, wheel, options.seed, rows)
            print(f"{row.name}: {row.differing} of {row.outputs} differ, {row.crashed} crash")
    return int(any(rows[form.name].bad for form in wanted))


if __name__ == "__main__":
    sys.exit(main())
