"""A failure as a user reads it: what, where, how to mend; never a traceback unless asked for."""

from __future__ import annotations

import os
import sys
import traceback
from dataclasses import dataclass

from mcuq.cli.output import stderr, write_json
from mcuq.errors import DeviceError, McuqError, UsageError


@dataclass(frozen=True)
class Failure:
    """What is shown of an exception."""

    kind: str
    cause: str
    hint: str
    exit_code: int


def describe(error: Exception) -> Failure:
    """The failure that `error` stands for; an exception nobody planned is an internal error."""
    kind = type(error).__name__
    if isinstance(error, McuqError):
        return Failure(kind, error.cause, error.hint, error.exit_code)
    if _is_board_failure(error):
        hint = str(getattr(error, "hint", ""))
        code = UsageError.exit_code if kind == "BoardError" else DeviceError.exit_code
        return Failure(kind, str(getattr(error, "cause", error)), hint, code)
    if isinstance(error, OSError):
        path = f"{error.filename}: " if error.filename else ""
        return Failure(kind, f"{path}{error.strerror or error}", "", McuqError.exit_code)
    return Failure(
        kind,
        f"internal error: {kind}: {error}",
        "please report it; MCUQ_DEBUG=1 shows where it happened",
        1,
    )


def report_failure(error: Exception, *, as_json: bool) -> int:
    """Show `error` on stderr (with `as_json` as a document on stdout, too).

    Returns:
        The exit code.
    """
    failure = describe(error)
    if os.environ.get("MCUQ_DEBUG") == "1":
        traceback.print_exception(error)
    console = stderr()
    console.print("[bold red]error:[/]", end=" ")
    console.print(failure.cause, markup=False)
    if failure.hint:
        console.print("[bold]hint:[/]", end=" ")
        console.print(failure.hint, markup=False)
    if as_json:
        document = {"kind": failure.kind, "cause": failure.cause, "hint": failure.hint}
        write_json({"error": document, "exit_code": failure.exit_code})
    return failure.exit_code


def _is_board_failure(error: Exception) -> bool:
    """Whether the harness raised it; its errors are looked up only once it is loaded."""
    module = sys.modules.get("mcuq_hil.errors")
    base = getattr(module, "HilError", None)
    return isinstance(base, type) and isinstance(error, base)
