"""`mcuq worst`: what no input can exceed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mcuq.cli.output import JsonFlag, stdout, write_json


def worst(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="Directory that mcuq build wrote.")
    ] = Path("out"),
    json: JsonFlag = False,
) -> None:
    """Bound the instructions of an inference whatever the input; try the extremes."""
    from mcuq.result.worst import WORST
    from mcuq.worst import worst_case

    found = worst_case(folder)
    if json:
        write_json(WORST, found)
        return
    console = stdout()
    if found.bound is None:
        console.print(f"no bound: {found.reason}")
    else:
        console.print(f"no input takes more than {found.bound:,} instructions")
    if found.cycles_estimated is not None:
        console.print(
            f"that is at most about {found.cycles_estimated:,} cycles (estimated), "
            f"{found.ms_estimated:.3g} ms"
        )
    console.print(f"{found.tried} extreme and random inputs took {found.least:,} to {found.most:,}")
    console.print(f"no input takes more than {found.stack_bytes:,} B of stack")
