"""`mcuq report`: an earlier result, shown again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mcuq.cli.output import JsonFlag, stdout, write_json


def report(
    folder: Annotated[Path, typer.Argument(help="Directory that mcuq build wrote.")] = Path("out"),
    json: JsonFlag = False,
) -> None:
    """Show the summary of a result and write its report.html anew."""
    from mcuq.report.store import PAGE, read_report, write_page
    from mcuq.report.summary import summary
    from mcuq.result.manifest import MANIFEST

    stored = read_report(folder)
    write_page(stored, folder / PAGE)
    if json:
        write_json(MANIFEST, stored.manifest)
        return
    stdout().print(summary(stored.manifest))
    stdout().print(f"report: {folder / PAGE}")
