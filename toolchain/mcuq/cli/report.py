"""`mcuq report`: an earlier result, shown again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mcuq.cli.output import JsonFlag, stdout, write_json


def report(
    folder: Annotated[
        Path, typer.Argument(help="Directory that mcuq build or mcuq bundle wrote.")
    ] = Path("out"),
    json: JsonFlag = False,
) -> None:
    """Show the summary of a result and write its report.html anew."""
    from mcuq.bundle.store import is_bundle
    from mcuq.report.store import PAGE, read_report, write_page
    from mcuq.report.summary import summary
    from mcuq.result.manifest import MANIFEST

    if is_bundle(folder):
        _report_bundle(folder, json=json)
        return
    stored = read_report(folder)
    write_page(stored, folder / PAGE)
    if json:
        write_json(MANIFEST, stored.manifest)
        return
    stdout().print(summary(stored.manifest))
    stdout().print(f"report: {folder / PAGE}")


def _report_bundle(folder: Path, *, json: bool) -> None:
    from mcuq.bundle.store import read_bundle, write_bundle_page
    from mcuq.bundle.summary import bundle_summary
    from mcuq.report.store import PAGE
    from mcuq.result.bundle import BUNDLE

    stored = read_bundle(folder)
    write_bundle_page(stored, folder)
    if json:
        write_json(BUNDLE, stored)
        return
    stdout().print(bundle_summary(stored))
    stdout().print(f"report: {folder / PAGE}")
