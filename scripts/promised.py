"""Record the names that STABILITY.md promises in docs/promised.json; none is taken out unasked.

usage: python scripts/promised.py [--break]
"""

from __future__ import annotations

import argparse
import inspect
import json
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import typer

import mcuq
from mcuq import errors
from mcuq.cli.main import app
from mcuq.project import key_name, keyed

ROOT = Path(__file__).resolve().parents[1]
RECORD = ROOT / "docs" / "promised.json"
HEADERS = (
    ROOT / "tests" / "emit" / "golden" / "wake_word.h.golden",
    ROOT / "firmware" / "runtime" / "mcuq_model.h",
    ROOT / "firmware" / "include" / "mcuq_nnfunctions.h",
)
_C_NAME = re.compile(r"^(?:#define (\w+)[ (]|(?:[\w ]+[ *])?(\w+)\()", re.MULTILINE)


def promised() -> dict[str, list[str]]:
    """Kind → names, in alphabetical order."""
    found = {
        "command line": commands(typer.main.get_command(app), "mcuq"),
        "mcuq.toml": (
            f"{table.name}.{key_name(leaf)}".removeprefix(".")
            for table, options in keyed().items()
            for leaf in options
        ),
        "exit codes": (f"{kind.__name__} {kind.exit_code}" for kind in error_kinds()),
        "Python": python_names(),
        "C": (name for header in HEADERS for name in c_names(header.read_text(encoding="utf-8"))),
    }
    return {kind: sorted(set(names)) for kind, names in found.items()}


def commands(command: Any, path: str) -> Iterator[str]:
    """`mcuq build --board` of every option, `mcuq build MODEL` of every argument."""
    yield path
    for parameter in command.params:
        yield from (f"{path} {name}" for name in (*parameter.opts, *parameter.secondary_opts))
    for name, one in getattr(command, "commands", {}).items():
        yield from commands(one, f"{path} {name}")


def python_names() -> Iterator[str]:
    """`build(model)` of every parameter of what `mcuq.__all__` names."""
    for name in mcuq.__all__:
        yield name
        if callable(value := getattr(mcuq, name)):
            yield from (f"{name}({parameter})" for parameter in inspect.signature(value).parameters)


def c_names(text: str) -> list[str]:
    """Macros and functions that a header declares, guards left out."""
    found = (macro or function for macro, function in _C_NAME.findall(text))
    return [name for name in found if not name.endswith("_H")]


def removed(before: Mapping[str, list[str]], now: Mapping[str, list[str]]) -> list[str]:
    """What was promised and is no more."""
    return [name for kind, names in before.items() for name in names if name not in now[kind]]


def error_kinds() -> list[type[errors.McuqError]]:
    """Every kind of error that mcuq.errors defines."""
    kinds = (kind for kind in vars(errors).values() if inspect.isclass(kind))
    return [kind for kind in kinds if issubclass(kind, errors.McuqError)]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--break", dest="breaks", action="store_true")
    now = promised()
    before = json.loads(RECORD.read_text(encoding="utf-8")) if RECORD.exists() else {}
    gone = removed(before, now)
    if gone and not parser.parse_args().breaks:
        print(f"promised, and gone: {', '.join(gone)}; see STABILITY.md", file=sys.stderr)
        return 1
    RECORD.write_text(json.dumps(now, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
