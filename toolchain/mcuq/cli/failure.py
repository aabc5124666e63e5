"""A failure as a user reads it: what, where, how to mend; never a traceback unless asked for."""

from __future__ import annotations

import os
import sys
import traceback
from dataclasses import dataclass

import typer
from typer.exceptions import TyperException

from mcuq.cli.output import said, stderr, write_json
from mcuq.document import Document
from mcuq.errors import DeviceError, InputError, McuqError, Refusal, UsageError


@dataclass(frozen=True)
class Failure:
    """What is shown of an exception.

    Attributes:
        kind: name of its class.
        cause: what went wrong, one line.
        hint: what to do about it, one line; may be empty.
        refusals: all that a file is refused for, where that is more than one thing.
    """

    kind: str
    cause: str
    hint: str
    refusals: tuple[Refusal, ...] = ()


@dataclass(frozen=True)
class Failed:
    """The end of a command that failed.

    Attributes:
        error: why.
        exit_code: of the process.
    """

    error: Failure
    exit_code: int


FAILED = Document(
    "error",
    Failed,
    "why a command failed",
    "every command with `--json` that fails",
    version=2,
)


def describe(error: Exception) -> Failed:
    """The failure that `error` stands for; an exception nobody planned is an internal error."""
    kind = type(error).__name__
    if isinstance(error, McuqError):
        refusals = error.refusals if isinstance(error, InputError) else ()
        return Failed(Failure(kind, error.cause, error.hint, refusals), error.exit_code)
    if isinstance(error, TyperException):
        return Failed(Failure("UsageError", *_usage(error)), UsageError.exit_code)
    if _is_board_failure(error):
        hint = str(getattr(error, "hint", ""))
        code = UsageError.exit_code if kind == "BoardError" else DeviceError.exit_code
        return Failed(Failure(kind, str(getattr(error, "cause", error)), hint), code)
    if isinstance(error, OSError):
        path = f"{error.filename}: " if error.filename else ""
        hint = "check that the path is right, and that you may read and write there"
        cause = f"{path}{error.strerror or error}"
        return Failed(Failure(kind, cause, hint), McuqError.exit_code)
    if isinstance(error, MemoryError):
        hint = "give fewer samples or a smaller model, or use fewer --workers"
        cause = "this computer's memory does not suffice"
        return Failed(Failure(kind, cause, hint), McuqError.exit_code)
    hint = "please report it; MCUQ_DEBUG=1 shows where it happened"
    return Failed(Failure(kind, f"internal error: {kind}: {error}", hint), 1)


def report_failure(error: Exception, *, as_json: bool) -> int:
    """Show `error` on stderr (with `as_json` as a document on stdout, too).

    Returns:
        The exit code.
    """
    if type(error).__name__ == "NoArgsIsHelpError" and isinstance(error, TyperException):
        typer.echo(error.format_message())
        return UsageError.exit_code
    failed = describe(error)
    failure = failed.error
    if os.environ.get("MCUQ_DEBUG") == "1":
        traceback.print_exception(error)
    console = stderr()
    console.print(said("error", failure.cause, "bold red"))
    if failure.hint:
        console.print(said("hint", failure.hint))
    for one in failure.refusals:
        console.print(said("refused", f"{one.cause}: {one.hint}"))
    if as_json:
        write_json(FAILED, failed)
    return failed.exit_code


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
