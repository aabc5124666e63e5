"""A terminal to which text is data: no markup in it, no emoji, no escape sequences but our own."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

from mcuq.shown import visible


class PlainConsole(Console):
    """Takes `rich` renderables for styles; a string is shown as it is, control characters as
    escapes."""

    def __init__(self, **options: Any) -> None:
        super().__init__(markup=False, emoji=False, highlight=False, **options)

    def render(
        self, renderable: RenderableType, options: ConsoleOptions | None = None
    ) -> Iterable[Segment]:
        """As `rich` does; lines end where it ends them, and nowhere else."""
        for text, style, control in super().render(renderable, options):
            # The end of a line, and a whole blank one as padding makes it.
            ends = text.strip(" ") == "\n"
            yield Segment(text if control or ends else visible(text), style, control)
