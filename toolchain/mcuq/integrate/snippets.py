"""What projects say once for each model."""

from __future__ import annotations

from collections.abc import Callable

from mcuq.emit.c.names import Names
from mcuq.integrate.built import Built


def each(built: Built, line: Callable[[Names], str], indent: str = "") -> str:
    """A line for each model."""
    return "\n".join(indent + line(model.names) for model in built.models)


def includes(built: Built) -> str:
    """Of the models' headers and of those that check them."""
    return each(built, lambda names: f'#include "{names.header}"\n#include "{names.check_header}"')


def usage(built: Built, place: str) -> str:
    """Lines of a README: the calls, and where the constants are.

    Args:
        place: folder of the headers, with a slash at its end.
    """
    return each(
        built,
        lambda names: (
            f"`{names.word}_init()` once; fill `{names.word}_input(0)`; `{names.word}_run()`; "
            f"read `{names.word}_output(0)`.\n"
            f"Scales and zero points are constants in `{place}{names.header}`."
        ),
    )


def headers(built: Built) -> str:
    """The models' headers, for a sentence."""
    return ", ".join(f"`{model.names.header}`" for model in built.models)


def verdicts(built: Built) -> str:
    """What a project says when all is well, for a sentence."""
    return ", ".join(f"`{model.names.word}: ok`" for model in built.models)


def inits(built: Built) -> str:
    """Calls that set the models up."""
    return each(built, lambda names: f"{names.word}_init();", "    ")


def checks(built: Built, indent: str = "    ") -> str:
    """Calls of a project's `check` for each model."""
    return each(built, lambda names: f'check("{names.word}", {names.word}_check);', indent)
