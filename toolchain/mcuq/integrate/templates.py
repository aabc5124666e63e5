"""Text files with `@name` placeholders, which neither C, CMake nor Make uses."""

from __future__ import annotations

import string
from pathlib import Path

_FOLDER = Path(__file__).resolve().parent / "templates"


class _Template(string.Template):
    delimiter = "@"


def render(template: str, /, **values: object) -> str:
    """The `template` (such as "cmake/CMakeLists.txt") with every placeholder filled."""
    text = (_FOLDER / template).read_text(encoding="utf-8")
    return _Template(text).substitute({key: str(value) for key, value in values.items()})


def write(path: Path, text: str) -> None:
    """Write `text`, making the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")
