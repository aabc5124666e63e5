"""The page of errors: exit codes, and the types that the toolchain and the bench define."""

from __future__ import annotations

import inspect
from types import ModuleType

from mcuq import errors
from mcuq_hil import errors as bench_errors

EXIT_CODES = {
    0: ("fits and verified", ""),
    1: (
        "a defect of mcuq",
        "report it with the command and the model; `MCUQ_DEBUG=1` shows where it happened",
    ),
    2: (
        "usage: the command line, contradictory options, an unknown board",
        "read the hint, then `--help` of the command",
    ),
    3: (
        "bad input: a model, data or configuration file",
        "read the hint; `mcuq inspect` shows the model; [frequent mistakes](../mistakes.md)",
    ),
    4: (
        "nothing fits the budget",
        "the error names the nearest configuration: give more bytes, or take a smaller model",
    ),
    5: (
        "the compiler, the board, an emulator or the link failed",
        "`mcuq doctor` says what is missing; [the bench](../hil.md) what each error means",
    ),
    6: (
        "a gate failed",
        "the result is there; every limit that does not hold is named ([gates](../ci.md))",
    ),
    130: ("stopped by SIGINT (Ctrl-C)", "run the same command again: it goes on"),
    143: ("stopped by SIGTERM", "run the same command again: it goes on"),
}
"""Exit code of the process → (meaning, what to do)."""


def errors_page(note: str) -> str:
    """`docs/reference/errors.md`.

    Args:
        note: what stands at the top of every written page.
    """
    codes = [f"| {code} | {meaning} | {todo} |" for code, (meaning, todo) in EXIT_CODES.items()]
    own = [
        f"| `{kind.__name__}` | {exit_code(kind)} | {summary(kind)} |"
        for module in (errors, bench_errors)
        for kind in error_types(module)
    ]
    return "\n".join(
        [
            f"{note}\n# Errors and exit codes\n",
            _ABOUT,
            "| exit code | meaning | what to do |",
            "|---|---|---|",
            *codes,
            _TYPES,
            "| type | exit code | meaning |",
            "|---|---|---|",
            *own,
        ]
    )


def error_types(module: ModuleType) -> list[type[Exception]]:
    """The error types that a module defines, in its order."""
    kinds = [kind for kind in vars(module).values() if inspect.isclass(kind)]
    return [kind for kind in kinds if issubclass(kind, Exception)]


def exit_code(kind: type[Exception]) -> int:
    """Exit code of a command that ends with such an error."""
    if issubclass(kind, errors.McuqError):
        return kind.exit_code
    usage = issubclass(kind, bench_errors.BoardError)
    return errors.UsageError.exit_code if usage else errors.DeviceError.exit_code


def summary(kind: type[Exception]) -> str:
    """The first paragraph of its docstring, on one line."""
    return " ".join((kind.__doc__ or "").split("\n\n")[0].split())


_ABOUT = """\
A command that fails writes one line with the cause and one with a hint to stderr. With `--json` it
also writes the document `error` ([JSON](json.md)) to stdout.

## Exit codes
"""

_TYPES = """
## Types

In Python a failure of the toolchain is a `mcuq.McuqError`, a failure of the bench a
`mcuq_hil.HilError`. Both have a `cause` and a `hint`. A subclass that is not listed has the exit
code of its base. A file or folder that cannot be read or written, and memory that runs out, end a
command with exit code 3.
"""
