"""What the library notes by the way (its log) as `note:` lines on stderr."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator
from typing import TYPE_CHECKING

from mcuq.cli.output import said, stderr

if TYPE_CHECKING:
    from rich.console import Console

_LOGS = ("mcuq", "mcuq_hil")


class _Notes(logging.Handler):
    """A line each; above the progress bars where there are any."""

    console: Console | None = None

    def emit(self, record: logging.LogRecord) -> None:
        console = self.console or stderr()
        console.print(said("note", record.getMessage()))


_notes = _Notes(logging.WARNING)


def show_notes() -> None:
    """From now on; once is enough."""
    for name in _LOGS:
        logging.getLogger(name).addHandler(_notes)


@contextlib.contextmanager
def notes_on(console: Console) -> Iterator[None]:
    """Show them there for as long as the context lasts."""
    _notes.console = console
    try:
        yield
    finally:
        _notes.console = None
