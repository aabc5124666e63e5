"""The words a board file may hold: a file is somebody else's, and no word of it orders anything."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, Field

Word = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_]*$")]
"""Names a file or folder of the firmware: nothing that leads out of it."""


def _printable(text: str) -> str:
    if not text.isprintable():
        raise ValueError(f"{text[:80]!a} holds characters that a terminal obeys or does not show")
    return text


Line = Annotated[str, AfterValidator(_printable)]
"""For people: one line that every terminal shows as it is."""


def _only(pattern: str, what: str) -> AfterValidator:
    """What is passed on to another program: nothing else than `pattern`."""

    def check(text: str) -> str:
        if not re.fullmatch(pattern, text):
            raise ValueError(f"{text[:80]!a} is not {what}")
        return text

    return AfterValidator(check)


Script = Annotated[
    str,
    _only(
        r"(board|interface|target)/[a-z0-9_-]+\.cfg|transport select [a-z_]+"
        r"|adapter speed [0-9]{1,6}|reset_config [a-z_]+( [a-z_]+){0,3}",
        "a script of OpenOCD's own, `transport select`, `adapter speed` or `reset_config`",
    ),
]
"""OpenOCD runs what it is given, a shell's commands too: these are enough."""
Label = Annotated[str, _only(r"[A-Za-z0-9_-]{1,11}", "the label of a FAT volume")]
Target = Annotated[str, _only(r"[a-z0-9_]+", "a target type of pyOCD")]
Machine = Annotated[str, _only(r"[a-z0-9][a-z0-9.-]*", "a machine of QEMU")]
Address = Annotated[int, Field(ge=0, lt=2**32)]
Hertz = Annotated[int, Field(gt=0, lt=2**32)]
