"""What the shell offers behind an option; imported modules are only those that the answer needs."""

from __future__ import annotations

from collections.abc import Callable, Iterable


def boards(incomplete: str) -> list[str]:
    """Names that --board takes."""
    from mcuq_hil.boards import list_boards

    return _beginning(incomplete, (board.name for board in list_boards()))


def projects(incomplete: str) -> list[str]:
    """Kinds that --project takes."""
    from mcuq.integrate.write import KINDS

    return _beginning(incomplete, KINDS)


def methods(incomplete: str) -> list[str]:
    """Names that --method takes."""
    from mcuq.search import METHODS

    return _beginning(incomplete, METHODS)


def metrics(incomplete: str) -> list[str]:
    """The built-in metrics."""
    from mcuq.score.metrics import built_in_metrics

    return _beginning(incomplete, built_in_metrics())


def observers(incomplete: str) -> list[str]:
    """Names that --observer takes."""
    from mcuq.calibrate import OBSERVERS

    return _beginning(incomplete, OBSERVERS)


def one_of(*values: str) -> Callable[[str], list[str]]:
    """For options with a few fixed values."""

    def offered(incomplete: str) -> list[str]:
        return _beginning(incomplete, values)

    return offered


def _beginning(incomplete: str, values: Iterable[str]) -> list[str]:
    return sorted(value for value in values if value.startswith(incomplete))
