"""Serial numbers of probes: they come from USB descriptors and end on command lines."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import Field

from mcuq_hil.errors import PortError

_WORD = r"[A-Za-z0-9._][A-Za-z0-9._-]{0,63}"
"""What makers use. None of it means anything to a shell, to Tcl or to a file system, and no option
begins with it."""

SerialNumber = Annotated[str, Field(pattern=f"^{_WORD}$")]
"""A field of a file that holds one."""


def check_serial_number(text: str) -> None:
    """Raises PortError where `text` is no serial number of a probe."""
    if not re.fullmatch(_WORD, text):
        raise PortError(
            f"the serial number {text[:80]!a} is not taken",
            "letters, digits and - . _ are, 64 of them; flash the board by other means, "
            "and write flash = false into the farm",
        )
