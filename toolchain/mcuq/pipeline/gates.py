"""Limits that a result must keep.

Annotations are evaluated here, not postponed: the records are read from them.
"""

from dataclasses import dataclass
from functools import partial
from typing import Annotated

from mcuq.declared import Option, TomlTable, documented
from mcuq.declared.offered import CHECK, GATED, GATES
from mcuq.pipeline import names

_TABLE = TomlTable("gates", "Limits a result must keep, else `mcuq build` ends with exit code 6.")
_gate = partial(Option, commands=GATED, panel=GATES, table=_TABLE, changes_bytes=False)


@documented
@dataclass(frozen=True)
class Gates:
    """Limits a result must keep, else `mcuq build` ends with exit code 6."""

    max_flash: Annotated[
        names.Bytes | None,
        _gate(
            "Fail above this much flash.",
            "Most flash the image may take.",
            metavar="SIZE",
            example="256K",
        ),
    ] = None
    max_ram: Annotated[
        names.Bytes | None,
        _gate(
            "Fail above this much RAM.",
            "Most RAM the image may take.",
            metavar="SIZE",
            example="64K",
        ),
    ] = None
    min_accuracy: Annotated[
        float | None,
        _gate("Fail where the metric is worse.", "Least value of the metric.", example=0.9),
    ] = None
    max_instructions: Annotated[
        int | None,
        _gate(
            "Fail above this many instructions (cycles) an inference.",
            "Most instructions (or cycles) one inference may take.",
            least=1,
            example=10_000_000,
        ),
    ] = None
    most_cycles: Annotated[
        int | None,
        _gate(
            "Fail above this many cycles an inference, measured or else estimated.",
            "Most cycles one inference may take, measured or else estimated.",
            # `mcuq build --max-cycles` is a limit of the search.
            commands=CHECK,
            flag="--max-cycles",
            least=1,
            example=10_000_000,
        ),
    ] = None
    most_ms: Annotated[
        float | None,
        _gate(
            "Fail above so many milliseconds an inference, measured or else estimated.",
            "Most milliseconds one inference may take, measured or else estimated.",
            # `mcuq build --max-ms` is a limit of the search.
            commands=CHECK,
            flag="--max-ms",
            metavar="MS",
            least=0.0,
            example=10.0,
        ),
    ] = None
    max_uj: Annotated[
        float | None,
        _gate(
            "Fail above so many microjoules an inference, estimated.",
            "Most microjoules one inference may take, estimated.",
            metavar="UJ",
            least=0.0,
            example=500.0,
        ),
    ] = None
