"""`mcuq quantize`: one configuration, no search."""

from __future__ import annotations

from mcuq.cli import options
from mcuq.cli.build import run_job
from mcuq.cli.output import JsonFlag
from mcuq.declared import leaves
from mcuq.errors import UsageError


@options.offering("quantize")
def quantize(asked: options.Asked, json: JsonFlag = False) -> None:
    """Build one configuration without a search: the same width for every filter, or a file's choice
    for each tensor; verified and reported like mcuq build."""
    from mcuq.cli.request import job
    from mcuq.pipeline.scheme import Throughout

    throughout = {f"fixed.{leaf.path}": leaf.default for leaf in leaves(Throughout)}
    given = {path for path in throughout if asked[path] is not None}
    if asked["config"] is None:
        asked |= {path: default for path, default in throughout.items() if path not in given}
    elif given:
        raise UsageError(
            "--config says how every filter is quantized",
            "leave out --bits and --weights, or write what they say into the file",
        )
    run_job(job(asked), json=json)
