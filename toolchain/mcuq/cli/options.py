"""Options of the command line, made of the records of `BuildRequest` and `Gates`."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Annotated, Any

import typer

from mcuq.choices import check_finite
from mcuq.cli import complete
from mcuq.declared import Leaf, leaf_at, leaves
from mcuq.pipeline.gates import Gates
from mcuq.pipeline.request import BuildRequest

Asked = dict[str, Any]
"""Path of an option → what stood on the command line; None: nothing."""


def offered_by(command: str) -> list[Leaf]:
    """The options of a subcommand, in the order of its help."""
    options = (*leaves(BuildRequest), *leaves(Gates))
    return [leaf for leaf in options if command in leaf.option.commands]


def offering(command: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a function all options of a subcommand; its first argument is what was asked for.

    A parameter of the function's own takes the place of the option of that name.
    """

    def decorate(function: Callable[..., None]) -> Callable[..., None]:
        _, *parameters = inspect.signature(function, eval_str=True).parameters.values()
        own = {parameter.name: parameter for parameter in parameters}
        offered = {leaf.word: leaf for leaf in offered_by(command)}
        every = {word: _parameter(leaf) for word, leaf in offered.items()} | own
        paths = {word: leaf.path for word, leaf in offered.items() if word not in own}

        @wraps(function)
        def run(**words: Any) -> None:
            asked = {path: words.pop(word) for word, path in paths.items()}
            function(asked, **words)

        kind = inspect.Parameter.KEYWORD_ONLY
        signature = inspect.Signature([one.replace(kind=kind) for one in every.values()])
        run.__signature__ = signature  # type: ignore[attr-defined]  # what Typer reads
        run.__annotations__ = {}
        return run

    return decorate


def option(path: str) -> Any:
    """One option of a request, for the annotation of a command that takes few of them."""
    return _information(leaf_at(BuildRequest, path))


def readable(context: typer.Context, path: Path) -> Path:
    """The callback of a file that a command begins with: where it is not there, nothing else that
    is missing matters. Goes with `is_eager`."""
    from mcuq.pipeline.check import check_readable

    if not context.resilient_parsing:
        check_readable(path)
    return path


def finite(parameter: typer.CallbackParam, value: float | None) -> float | None:
    """The callback of a number's option: NaN and infinity pass every other bound."""
    check_finite(max(parameter.opts, key=len), value)
    return value


def _parameter(leaf: Leaf) -> inspect.Parameter:
    kind: Any = leaf.type
    if leaf.notation is not None:
        kind = str
    elif kind is tuple:
        kind = list[str]
    annotation = Annotated[kind | None, _information(leaf)]
    named = inspect.Parameter.KEYWORD_ONLY
    return inspect.Parameter(leaf.word, named, annotation=annotation, default=None)


def _information(leaf: Leaf) -> Any:
    """What Typer is told beside the type."""
    said = leaf.option
    if said.is_argument:
        return typer.Argument(help=said.help, show_default=False)
    names = (leaf.flag, said.short) if said.short else (leaf.flag,)
    is_number = leaf.type in (int, float) and leaf.notation is None
    return typer.Option(
        *names,
        help=said.help,
        metavar=said.metavar or None,
        rich_help_panel=said.panel or None,
        show_default=str(leaf.default) if said.is_default_shown else False,
        autocompletion=complete.one_of(leaf.offered) if leaf.has_names else None,
        min=said.least if is_number else None,
        max=said.most if is_number else None,
        callback=finite if leaf.type is float else None,
    )
