"""`mcuq check`: the gates of a CI."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mcuq.cli import options
from mcuq.cli.output import JsonFlag, stdout, write_json
from mcuq.document import Document
from mcuq.errors import GateError, UsageError

if TYPE_CHECKING:
    from mcuq.result.manifest import Manifest


@dataclass(frozen=True)
class Passed:
    """What `mcuq check` says where every gate holds; a broken one is an error.

    Attributes:
        passed: true.
    """

    passed: bool = True


PASSED = Document("check", Passed, "every gate holds", "`mcuq check --json`")


@options.offering("check")
def check(
    asked: options.Asked,
    folder: Annotated[Path, typer.Argument(help="Output directory or manifest.json.")],
    baseline: Annotated[
        Path | None, typer.Option("--baseline", help="An earlier result: nothing may be worse.")
    ] = None,
    baseline_ref: Annotated[
        str | None,
        typer.Option(
            "--baseline-ref",
            metavar="COMMIT",
            help="The same, of this result at a commit, branch or tag of git.",
        ),
    ] = None,
    tolerance: Annotated[
        float,
        typer.Option(
            "--tolerance",
            min=0,
            callback=options.finite,
            help="Percent worse than the baseline that passes.",
        ),
    ] = 0.0,
    markdown: Annotated[
        Path | None,
        typer.Option("--markdown", help="Also write gates and figures to this file, held or not."),
    ] = None,
    json: JsonFlag = False,
) -> None:
    """Fail with exit code 6 when a result is over a limit, unverified or worse than before."""
    from mcuq.atomic_write import write_atomically
    from mcuq.cli.request import read
    from mcuq.declared import made
    from mcuq.pipeline.gates import Gates
    from mcuq.report.gates import broken_gates, forgotten_unit, regressions
    from mcuq.report.markdown import summary
    from mcuq.report.store import read_manifest

    gates = made(Gates, read(asked))
    manifest = read_manifest(folder)
    before = _before(folder, baseline, baseline_ref)
    broken = broken_gates(manifest, gates)
    if before is not None:
        broken += regressions(manifest, before, tolerance / 100)
    if markdown is not None:
        write_atomically(markdown, summary(manifest, gates, broken, before))
    raise_broken(broken, forgotten_unit(manifest, gates))
    if json:
        write_json(PASSED, Passed())
    else:
        stdout().print("every gate holds")


def _before(folder: Path, baseline: Path | None, reference: str | None) -> Manifest | None:
    """The earlier result, from a file or from git."""
    from mcuq.report.git_history import at_commit
    from mcuq.report.store import read_manifest

    if baseline is not None and reference is not None:
        raise UsageError("--baseline and --baseline-ref are both given", "give one of them")
    if reference is not None:
        return at_commit(folder, reference)
    return None if baseline is None else read_manifest(baseline)


def raise_broken(broken: list[str], hint: str | None) -> None:
    """Raise GateError where a gate does not hold; `hint` where there is something to be said."""
    if broken:
        raise GateError("; ".join(broken), hint or "the result itself is complete")
