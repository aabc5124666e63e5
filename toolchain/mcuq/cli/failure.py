"""A failure as a user reads it: what, where, how to mend; never a traceback unless asked for."""

from __future__ import annotations

import os
import sys
import traceback
from dataclasses import dataclass

import typer
from typer.exceptions import TyperException

from mcuq.cli.output import said, stderr, write_json
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
    if isinstance(error, TyperException):
        return Failure("UsageError", *_usage(error), UsageError.exit_code)
    if _is_board_failure(error):
        hint = str(getattr(error, "hint", ""))
        code = UsageError.exit_code if kind == "BoardError" else DeviceError.exit_code
        return Failure(kind, str(getattr(error, "cause", error)), hint, code)
    if isinstance(error, OSError):
        path = f"{error.filename}: " if error.filename else ""
        hint = "check that the path is right, and that you may read and write there"
        return Failure(kind, f"{path}{error.strerror or error}", hint, McuqError.exit_code)
    if isinstance(error, MemoryError):
        hint = "give fewer samples or a smaller model, or use fewer --workers"
        return Failure(kind, "this computer's memory does not suffice", hint, McuqError.exit_code)
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
    if type(error).__name__ == "NoArgsIsHelpError" and isinstance(error, TyperException):
        typer.echo(error.format_message())
        return UsageError.exit_code
    failure = describe(error)
    if os.environ.get("MCUQ_DEBUG") == "1":
        traceback.print_exception(error)
    console = stderr()
    console.print(said("error", failure.cause, "bold red"))
    if failure.hint:
        console.print(said("hint", failure.hint))
    if as_json:
        document = {"kind": failure.kind, "cause": failure.cause, "hint": failure.hint}
        write_json({"error": document, "exit_code": failure.exit_code})
    return failure.exit_code


def _usage(error: TyperException) -> tuple[str, str]:
    """What the command line's own parser says, and where to read on."""
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "mcuq"
    return error.format_message().rstrip("."), f"{command} --help tells what it takes"


def _is_board_failure(error: Exception) -> bool:
    """Whether the harness raised it; its errors are looked up only once it is loaded."""
    module = sys.modules.get("mcuq_hil.errors")
    base = getattr(module, "HilError", None)
    return isinstance(base, type) and isinstance(error, base)
