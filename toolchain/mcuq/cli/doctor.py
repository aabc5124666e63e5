"""`mcuq doctor`: is everything here that a build needs?"""

from __future__ import annotations

from mcuq.cli.output import JsonFlag, stdout, write_json
from mcuq.errors import DeviceError
from mcuq.shown import visible


def doctor(json: JsonFlag = False) -> None:
    """Check the compiler, the emulators, interpreters, serial ports and probe software."""
    from rich.text import Text

    from mcuq.diagnosis import DIAGNOSIS, diagnose

    checks = diagnose()
    if json:
        write_json(DIAGNOSIS, {check.name: check for check in checks})
    else:
        console = stdout()
        for check in checks:
            mark = ("ok  ", "green") if check.found else _missing(check.required)
            console.print(Text.assemble(mark, " ", visible(f"{check.name}: {check.detail}")))
            if not check.found and check.hint:
                console.print(f"     {check.hint}")
    missing = [check for check in checks if check.required and not check.found]
    if missing:
        raise DeviceError(f"{missing[0].name} is missing", missing[0].hint)


def _missing(required: bool) -> tuple[str, str]:
    return ("no  ", "red") if required else ("--  ", "dim")
