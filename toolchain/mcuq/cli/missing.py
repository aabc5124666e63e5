"""What `mcuq inspect` says of a file with operators that mcuq does not build."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from mcuq.cli.failure import Failure, describe, report_failure
from mcuq.cli.output import print_lines, stdout, write_json
from mcuq.document import Document
from mcuq.shown import visible
from mcuq.units import format_bytes, format_count

if TYPE_CHECKING:
    from mcuq.importers.missing import UnknownOperatorsError

_PLACES = 3
"""That a row of the table names; JSON names all."""


@dataclass(frozen=True)
class MissingFacts:
    """An operator that mcuq does not build.

    Attributes:
        kind: the file's name for it.
        places: each of them.
        macs: multiply-accumulates of all of them.
        constant_bytes: of their constants, as the file stores them.
        blocked_macs: multiply-accumulates of all that needs one of their results, themselves
            included.
        blocked_share: of the file's; null where it multiplies nothing.
        nearest: what comes nearest; empty where nothing does.
    """

    kind: str
    places: tuple[str, ...]
    macs: int
    constant_bytes: int
    blocked_macs: int
    blocked_share: float | None
    nearest: str


@dataclass(frozen=True)
class CutFacts:
    """A part of the file without any such operator.

    Attributes:
        part: head, from the file's inputs on, or tail, up to its outputs.
        joined_at: names of the values where it meets the rest.
        operators: how many it has.
        macs: multiply-accumulates of it.
        share: of the file's; null where it multiplies nothing.
        program: Python that writes it as a file.
    """

    part: Literal["head", "tail"]
    joined_at: tuple[str, ...]
    operators: int
    macs: int
    share: float | None
    program: str


@dataclass(frozen=True)
class Unsupported:
    """A file with operators that mcuq does not build.

    Attributes:
        error: the first of them, as every command says it.
        exit_code: of the process.
        operators: how many the file holds.
        macs: multiply-accumulates of one inference, as far as the file's shapes tell.
        missing: each kind, by where it stands first.
        cut: the part that multiplies most without them; null where there is none.
    """

    error: Failure
    exit_code: int
    operators: int
    macs: int
    missing: tuple[MissingFacts, ...]
    cut: CutFacts | None


UNSUPPORTED = Document(
    "inspect-unsupported",
    Unsupported,
    "what a file holds that mcuq does not build, and where to cut it",
    "`mcuq inspect --json` of such a file",
    version=2,
)


def show_missing(model: Path, error: UnknownOperatorsError, *, json: bool) -> int:
    """Draw it, and report the error.

    Returns:
        The exit code.
    """
    found = unsupported(model, error)
    if json:
        write_json(UNSUPPORTED, found)
    else:
        _draw(found)
    return report_failure(error, as_json=False)


def unsupported(model: Path, error: UnknownOperatorsError) -> Unsupported:
    """The document of an error."""
    from mcuq.report.surgery import surgery

    failed, cut = describe(error), error.cut
    return Unsupported(
        failed.error,
        failed.exit_code,
        error.operators,
        error.macs,
        tuple(
            MissingFacts(
                one.kind,
                one.places,
                one.macs,
                one.constant_bytes,
                one.blocked_macs,
                _share(one.blocked_macs, error.macs),
                one.nearest,
            )
            for one in error.missing
        ),
        None
        if cut is None
        else CutFacts(
            cut.part,
            cut.names,
            cut.operators,
            cut.macs,
            _share(cut.macs, error.macs),
            surgery(model, cut),
        ),
    )


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _draw(found: Unsupported) -> None:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("not supported", "times", "MACs", "constants", "blocked MACs", "nearest"):
        right = title in ("times", "MACs", "constants", "blocked MACs")
        table.add_column(title, justify="right" if right else "left", no_wrap=right)
    for one in found.missing:
        table.add_row(
            Text(visible(one.kind)),
            str(len(one.places)),
            format_count(one.macs),
            format_bytes(one.constant_bytes),
            _of_all(one.blocked_macs, one.blocked_share),
            one.nearest,
        )
    console = stdout()
    console.print(table)
    for one in found.missing:
        more = len(one.places) - _PLACES
        places = "; ".join(visible(place) for place in one.places[:_PLACES])
        console.print(f"{visible(one.kind)}: {places}{f'; and {more} more' if more > 0 else ''}")
    console.print(f"the file: {found.operators} operators, {format_count(found.macs)} MACs")
    if found.cut is None:
        console.print("no part of it is without these operators")
        return
    cut = found.cut
    console.print(
        f"its {cut.part} is without these operators: {cut.operators} operators, "
        f"{_of_all(cut.macs, cut.share)} MACs; to cut it out, run"
    )
    console.print()
    print_lines(cut.program.splitlines())


def _of_all(macs: int, share: float | None) -> str:
    return format_count(macs) + ("" if share is None else f" ({share:.0%})")
