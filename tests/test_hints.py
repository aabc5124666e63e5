"""Every error says what to do about it: one line, no full stop, and what fits its cause."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import mcuq
import mcuq_hil

OURS = {
    "InputError",
    "InUseError",
    "WorkersError",
    "UsageError",
    "BudgetError",
    "DeviceError",
    "GateError",
    "CompilerError",
    "StackError",
}
BENCH = {
    "HilError",
    "BoardError",
    "ToolMissingError",
    "PortError",
    "FlashError",
    "NoHelloError",
    "WrongImageError",
    "LinkTimeoutError",
    "CorruptFrameError",
    "LinkLostError",
    "DeviceRestartedError",
    "RefusedError",
    "CallError",
    "WrongResultError",
}
FOLDERS = [Path(package.__file__).parent for package in (mcuq, mcuq_hil)]


def raised() -> Iterator[tuple[str, ast.Call]]:
    """Every construction of one of our errors, with where it stands."""
    for folder in FOLDERS:
        for path in sorted(folder.rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and _name(node) in OURS | BENCH:
                    yield f"{path.relative_to(folder.parent)}:{node.lineno}", node


def _name(call: ast.Call) -> str:
    function = call.func
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def _hint(call: ast.Call) -> ast.expr | None:
    named = [word.value for word in call.keywords if word.arg == "hint"]
    return call.args[1] if len(call.args) > 1 else (named[0] if named else None)


def _texts(node: ast.expr) -> Iterator[str]:
    """The constant parts of a message, of both branches where there are two."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        yield "".join(p.value if isinstance(p, ast.Constant) else "…" for p in node.values)
    elif isinstance(node, ast.IfExp):
        yield from _texts(node.body)
        yield from _texts(node.orelse)


ERRORS = list(raised())


def test_there_are_errors_to_look_at() -> None:
    assert len(ERRORS) > 200


@pytest.mark.parametrize(("place", "call"), ERRORS, ids=[place for place, _ in ERRORS])
def test_an_error_has_a_cause_and_a_hint_of_one_line(place: str, call: ast.Call) -> None:
    hint = _hint(call)
    assert hint is not None, f"{place}: no hint"
    for what, node in (("cause", call.args[0]), ("hint", hint)):
        for text in _texts(node):
            assert text.strip(), f"{place}: an empty {what}"
            assert "\n" not in text, f"{place}: the {what} is of several lines"
            assert not text.endswith("."), f"{place}: the {what} ends in a full stop"
