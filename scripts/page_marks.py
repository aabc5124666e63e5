"""The part of a page of the documentation that a script writes, between two comments."""

from __future__ import annotations

from pathlib import Path


def between(page: Path, begin: str, end: str) -> str:
    """What stands between the two marks, each of which the page has once."""
    _, middle, _ = _parts(page, begin, end)
    return middle


def write_between(page: Path, begin: str, end: str, text: str) -> None:
    """Put `text` between the two marks, in place of what stands there."""
    head, _, tail = _parts(page, begin, end)
    page.write_text(f"{head}{begin}\n\n{text}\n\n{end}{tail}", encoding="utf-8")


def _parts(page: Path, begin: str, end: str) -> tuple[str, str, str]:
    head, rest = page.read_text(encoding="utf-8").split(begin)
    middle, tail = rest.split(end)
    return head, middle, tail
