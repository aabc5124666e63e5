"""Where the command line draws: results on stdout, everything else on stderr."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from mcuq.document import Document, T
from mcuq.findings import Finding
from mcuq.shown import visible

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

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


def print_lines(lines: Iterable[str]) -> None:
    """A result that is text of several lines: within one, the end of a line is shown as data."""
    console = stdout()
    for line in lines:
        console.print(line)


def stderr() -> Console:
    """For progress, reasons and errors."""
    return _console(to_stderr=True)


def _console(*, to_stderr: bool) -> Console:
    from mcuq.cli.console import PlainConsole

    color = _settings.color
    return PlainConsole(
        stderr=to_stderr,
        no_color=True if color is False else None,
        force_terminal=True if color else None,
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
        stderr().print(visible(reason), style="dim")


def warn(finding: Finding, console: Console | None = None) -> None:
    """A finding and its remedy, on stderr."""
    console = console or stderr()
    console.print(said("warning", f"{finding.message} [{finding.code}]", "bold yellow"))
    console.print(said("hint", finding.hint))


def said(word: str, text: str, style: str = "bold") -> Text:
    """`word: text` in one line, whatever `text` holds."""
    from rich.text import Text

    return Text.assemble((f"{word}:", style), " ", visible(text))


def write_json(document: Document[T], value: T) -> None:
    """The one JSON document of a `--json` run; keys in alphabetical order."""
    plain = document.plain(value)
    sys.stdout.write(json.dumps(plain, indent=2, sort_keys=True, allow_nan=False) + "\n")
