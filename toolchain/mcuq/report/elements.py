"""Parts that pages are made of."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path

from mcuq.units import format_bytes

FOLDER = Path(__file__).resolve().parent / "page"
_NARROW = "\u202f"
"""Between a number and its percent sign no line is broken."""


def style() -> str:
    """The style sheet of every page."""
    return (FOLDER / "page.css").read_text(encoding="utf-8")


def card(title: str, value: str, detail: str, bar: str = "") -> str:
    """One figure."""
    return (
        f'<div class="card"><h3>{escape(title)}</h3><div class="value">{escape(value)}</div>'
        f'{bar}<div class="detail">{escape(detail.replace(" %", _NARROW + "%"))}</div></div>'
    )


def budget_card(title: str, used: int, limit: int) -> str:
    """Bytes that are used of those that may be, with a bar."""
    share = used / limit if limit else float(used > 0)
    bar = (
        f'<div class="bar{" over" if share > 1 else ""}">'
        f'<span style="width:{min(share, 1):.1%}"></span></div>'
    )
    return card(title, format_bytes(used), f"{share:.1%} of {format_bytes(limit)}", bar)


def table(heads: Sequence[str], numbers: Sequence[str], rows: Sequence[Sequence[str | int]]) -> str:
    """A table whose last columns, `numbers`, are numbers."""
    head = "".join(f"<th>{escape(text)}</th>" for text in heads)
    head += "".join(f'<th class="number">{escape(text)}</th>' for text in numbers)
    body = "".join(
        "<tr>" + "".join(_cell(value, i >= len(heads)) for i, value in enumerate(row)) + "</tr>\n"
        for row in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>\n{body}</tbody></table>"


def _cell(value: str | int, is_number: bool) -> str:
    text = f"{value:,}" if isinstance(value, int) else value
    return f'<td class="number">{text}</td>' if is_number else f"<td>{escape(text)}</td>"
