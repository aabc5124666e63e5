"""The result as Markdown: outcomes by step, refusals by reason, what is unsound, every file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from mcuq.bench.zoo.record import OUTCOMES, Tried, Zoo, counts, reasons, unsound
from mcuq.shown import visible


def markdown(zoo: Zoo) -> str:
    """The page `zoo.md`."""
    steps = zoo.conditions.steps
    rows = {step: counts(zoo.files, step) for step in steps}
    seen = [outcome for outcome in OUTCOMES if any(outcome in row for row in rows.values())]
    lines = ["# Models", "", f"{len(zoo.files)} files, mcuq {zoo.conditions.mcuq}."]
    if not zoo.is_complete:
        lines.append("Interrupted: not every file has been tried.")
    table = [(step, *(str(rows[step].get(outcome, "")) for outcome in seen)) for step in steps]
    lines += ["", *_table(("step", *seen), table)]
    if found := reasons(zoo.files):
        lines += ["", "## Refused", ""]
        lines += _table(("files", "step", "reason"), [(str(n), s, why) for s, why, n in found])
    if bad := unsound(zoo.files):
        lines += ["", "## Wrong, crashed, too slow or too large", ""]
        lines += _table(
            ("file", "step", "outcome", "cause"),
            [(file.path, tried.step, tried.outcome, tried.cause) for file, tried in bad],
        )
    lines += ["", "## Files", ""]
    lines += _table(
        ("file", *steps, "first refusal"),
        [
            (file.path, *(file.outcome(step) for step in steps), _first_cause(file.steps))
            for file in zoo.files
        ],
    )
    return "\n".join(lines) + "\n"


def _first_cause(steps: Iterable[Tried]) -> str:
    return next((tried.cause for tried in steps if tried.cause), "")


def _table(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    return [
        f"| {' | '.join(titles)} |",
        "|" + "---|" * len(titles),
        *(f"| {' | '.join(_cell(cell) for cell in row)} |" for row in rows),
    ]


def _cell(text: str) -> str:
    return visible(text).replace("|", "\\|")
