"""What the terminal shows of a bundle; the command line draws it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcuq.bundle.wording import budget_lines, savings, title_of, verification_lines
from mcuq.report.summary import budget_bars
from mcuq.result.bundle import Bundle

if TYPE_CHECKING:
    from rich.console import Group
    from rich.table import Table


def bundle_summary(made: Bundle) -> Group:
    """Models, budget, what is spared, verification."""
    from rich.console import Group
    from rich.padding import Padding
    from rich.text import Text

    where = "emulated" if made.device.emulated else "on hardware"
    target = made.target
    title = Text(f"{title_of(made)} ({target.part}, {target.core}, {where})", style="bold")
    return Group(
        title,
        Padding(_models(made), (1, 0), expand=False),
        budget_bars(budget_lines(made)),
        Text(),
        Text(savings(made), style="dim"),
        *(Text.assemble(("✓ ", "green"), line) for line in verification_lines(made)),
    )


def _models(made: Bundle) -> Table:
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("name", "built from"):
        table.add_column(heading, no_wrap=True)
    for heading in ("flash", "arena", made.device.unit):
        table.add_column(heading, justify="right", no_wrap=True)
    for model in made.models:
        numbers = (model.flash_bytes, model.arena_bytes, model.counts)
        table.add_row(model.name, model.model, *(f"{number:,}" for number in numbers))
    return table
