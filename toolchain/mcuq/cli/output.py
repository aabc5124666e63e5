"""Where the command line draws: results on stdout, everything else on stderr."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mcuq.findings import Finding

if TYPE_CHECKING:
    from rich.console import Console

JsonFlag = Annotated[bool, typer.Option("--json", help="Write the result as JSON to stdout.")]


@dataclass(frozen=True)
class _Settings:
    verbose: bool = False
    color: bool | None = None


_settings = _Settings()


def configure(*, verbose: bool, color: bool | None) -> None:
    """Set what the options before the subcommand ask for; `color` None means: on terminals."""
    global _settings
    _settings = _Settings(verbose, color)


def is_verbose() -> bool:
    return _settings.verbose


def stdout() -> Console:
    """For results."""
    return _console(to_stderr=False)


def stderr() -> Console:
    """For progress, reasons and errors."""
    return _console(to_stderr=True)


def _console(*, to_stderr: bool) -> Console:
    from rich.console import Console

    color = _settings.color
    return Console(
        stderr=to_stderr,
        no_color=True if color is False else None,
        force_terminal=True if color else None,
        highlight=False,
        soft_wrap=True,
        # A pipe has no width of its own: keep tables whole for whoever reads them.
        width=None if _has_width(to_stderr) else 120,
    )


def _has_width(to_stderr: bool) -> bool:
    stream = sys.stderr if to_stderr else sys.stdout
    return stream.isatty() or "COLUMNS" in os.environ


def explain(reason: str) -> None:
    """A line for `-v`."""
    if is_verbose():
        stderr().print(reason, style="dim", markup=False)


def warn(finding: Finding, console: Console | None = None) -> None:
    """A finding and its remedy, on stderr."""
    console = console or stderr()
    console.print("[bold yellow]warning:[/]", end=" ")
    console.print(f"{finding.message} [{finding.code}]", markup=False)
    console.print("[bold]hint:[/]", end=" ")
    console.print(finding.hint, markup=False)


def write_json(value: Any) -> None:
    """The one JSON document of a `--json` run."""
    sys.stdout.write(json.dumps(value, indent=2, sort_keys=True, allow_nan=False) + "\n")
