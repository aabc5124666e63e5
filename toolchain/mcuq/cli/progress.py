"""Progress on stderr: drawn where somebody watches, lines in a pipe or in CI."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mcuq.cli.notes import notes_on
from mcuq.cli.output import stderr, warn
from mcuq.progress import Progress, ProgressCallback, StageLines
from mcuq.shown import visible

if TYPE_CHECKING:
    from rich.progress import Progress as Bars
    from rich.progress import Task, TaskID


WatchFlag = Annotated[
    bool,
    typer.Option("--watch", help="Show it in the browser as it goes, and then what came of it."),
]


@contextlib.contextmanager
def shown_progress() -> Iterator[ProgressCallback]:
    """A callback that draws for as long as the context lasts."""
    if not sys.stderr.isatty():
        yield _Log()
        return
    with _bars() as bars, notes_on(bars.console):
        yield _Drawing(bars)


@contextlib.contextmanager
def watched_progress(
    *, is_watched: bool, title: str, report: Path | None = None
) -> Iterator[ProgressCallback]:
    """`shown_progress`, and `watched` in the browser where `--watch` asks for it."""
    with shown_progress() as progress:
        if not is_watched:
            yield progress
            return
        from mcuq.cli.watch import watched

        with watched(progress, title, report) as told:
            yield told


class _Log:
    """Warnings, and how far it is, line by line."""

    def __init__(self) -> None:
        self._lines = StageLines(lambda line: stderr().print(visible(line), style="dim"))

    def __call__(self, progress: Progress) -> None:
        if progress.finding is not None:
            warn(progress.finding)
        self._lines(progress)


class _Drawing:
    """A bar a stage; an earlier one is finished when the next begins."""

    def __init__(self, bars: Bars) -> None:
        self._bars = bars
        self._tasks: dict[str, TaskID] = {}

    def __call__(self, progress: Progress) -> None:
        if progress.finding is not None:
            warn(progress.finding, self._bars.console)
        if progress.stage not in self._tasks:
            self._finish_all()
            self._tasks[progress.stage] = self._bars.add_task(progress.stage, note="", total=None)
        self._bars.update(
            self._tasks[progress.stage],
            completed=progress.done,
            total=progress.total,
            note=visible(progress.note),
        )

    def _finish_all(self) -> None:
        for task in self._bars.tasks:
            if not task.finished:
                total = task.total if task.total is not None else 1
                self._bars.update(task.id, total=total, completed=total, refresh=True)


def _bars() -> Bars:
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        ProgressColumn,
        SpinnerColumn,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )
    from rich.progress import Progress as Bars
    from rich.text import Text

    class Speed(ProgressColumn):
        """Units a second, once there is anything to tell."""

        def render(self, task: Task) -> Text:
            speed = task.finished_speed or task.speed
            return Text(f"{speed:.1f}/s" if speed and task.total and task.total > 1 else "")

    return Bars(
        SpinnerColumn(finished_text="✓"),
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        Speed(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[note]}", markup=False),
        console=stderr(),
    )
