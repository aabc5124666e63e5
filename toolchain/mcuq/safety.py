"""What the firmware watches of itself.

Annotations are evaluated here, not postponed: the records are read from them.
"""

from dataclasses import dataclass
from functools import partial
from typing import Annotated

from mcuq.declared import Option, TomlTable, documented
from mcuq.declared.offered import ALL, SAFETY

_TABLE = TomlTable("safety", "What the firmware watches of itself; nothing by default.")
_option = partial(Option, commands=ALL, panel=SAFETY, table=_TABLE)


@documented
@dataclass(frozen=True)
class Safety:
    """What was asked for; the default is nothing, which takes no byte."""

    watchdog: Annotated[
        int | None,
        _option(
            "Let the watchdog reset a device that hangs for so many milliseconds.",
            "Milliseconds after which the watchdog resets a device that hangs; more than an "
            "inference takes.",
            metavar="MS",
            least=200,
            most=8000,
            example=1000,
        ),
    ] = None
    canaries: Annotated[
        bool, _option("Look for writes outside arena and states, before and after every run.")
    ] = False
    check_constants: Annotated[bool, _option("Check a CRC of code and constants at the start.")] = (
        False
    )
    stack_guard: Annotated[
        bool, _option("Let the memory protection unit guard the end of the stack.")
    ] = False

    @property
    def is_asked(self) -> bool:
        """Whether it is anything at all."""
        return self != NO_SAFETY


NO_SAFETY = Safety()
