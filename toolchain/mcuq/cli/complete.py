"""What the shell offers behind an option; imported modules are only those that the answer needs."""

from __future__ import annotations

from collections.abc import Callable, Iterable


def one_of(names: Callable[[], Iterable[str]]) -> Callable[[str], list[str]]:
    """Those of some names that begin as what is typed."""

    def offered(incomplete: str) -> list[str]:
        return sorted(name for name in names() if name.startswith(incomplete))

    return offered


def arenas() -> Iterable[str]:
    """What --arena takes."""
    from mcuq.result.bundle import ARENA_USES

    return ARENA_USES


def projects() -> Iterable[str]:
    """Kinds that --project takes."""
    from mcuq.integrate.write import KINDS

    return KINDS
