"""Parts that pages are made of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from mcuq.findings import Finding
from mcuq.shown import visible
from mcuq.units import format_bytes

FOLDER = Path(__file__).resolve().parent / "page"
_NARROW = "\u202f"
"""Between a number and its percent sign no line is broken."""


def card(title: str, value: str, *details: str, bar: str = "") -> str:
    """One figure; below it a line for each of `details`."""
    lines = "".join(
        f'<div class="detail">{escape(line.replace(" %", _NARROW + "%"))}</div>' for line in details
    )
    return (
        f'<div class="card"><h3>{escape(title)}</h3><div class="value">{escape(value)}</div>'
        f"{bar}{lines}</div>"
    )


@dataclass(frozen=True)
class Part:
    """Bytes of a whole.

    Attributes:
        name: what they are.
        bytes: how many.
        color: of its piece of a bar, in CSS's notation.
    """

    name: str
    bytes: int
    color: str


def budget_card(title: str, used: int, limit: int, parts: Sequence[Part] = ()) -> str:
    """Bytes that are used of those that may be, with a bar; what they are as another, named."""
    share = used / limit if limit else float(used > 0)
    bar = (
        f'<div class="bar{" over" if share > 1 else ""}">'
        f'<span style="width:{min(share, 1):.1%}"></span></div>'
        f'<div class="detail">{share:.1%} of {format_bytes(limit)}</div>'
    )
    return card(title, format_bytes(used), bar=bar + _parts(parts))


def _parts(parts: Sequence[Part]) -> str:
    """A bar as wide as all of them, and its legend; nothing where there is nothing."""
    total = sum(part.bytes for part in parts)
    if not total:
        return ""
    pieces = "".join(
        f'<span style="width:{part.bytes / total:.2%};background:{part.color}"></span>'
        for part in parts
    )
    named = legend((f"{part.name} {format_bytes(part.bytes)}", "■", part.color) for part in parts)
    return f'<div class="bar parts">{pieces}</div>{named}'


def legend(keys: Iterable[tuple[str, str, str]]) -> str:
    """What the marks of a drawing mean: text, mark and colour of each."""
    listed = "".join(
        f'<li><span style="color:{color}" aria-hidden="true">{mark}</span> {escape(text)}</li>'
        for text, mark, color in keys
    )
    return f'<ul class="legend">{listed}</ul>'


def outcome(cards: Iterable[str], verdicts: Iterable[tuple[bool, str]], note: str) -> str:
    """What came out, and what of it is proved.

    Args:
        cards: as `card` makes them.
        verdicts: whether it holds, and the sentence.
        note: text below them.
    """
    figures = "\n".join(cards)
    proved = "\n".join(
        f'<li class="{"good" if holds else "bad"}">{escape(sentence)}</li>'
        for holds, sentence in verdicts
    )
    return (
        f'<section class="cards" aria-label="Result">\n{figures}\n</section>\n'
        f'<section>\n<h2>Verified</h2>\n<ul class="verdicts">\n{proved}\n</ul>\n'
        f"<p>{escape(note)}</p>\n</section>"
    )


def warnings(found: Sequence[Finding]) -> str:
    """A section of what looked wrong; nothing where nothing did."""
    if not found:
        return ""
    rows = "\n".join(
        f"<li>{escape(visible(one.message))} <small>{escape(visible(one.hint))}</small></li>"
        for one in found
    )
    return f'<section><h2>Warnings</h2><ul class="warnings">\n{rows}\n</ul></section>'


@dataclass(frozen=True)
class TableCell:
    """A cell of a table with more than one text.

    Attributes:
        text: the first line.
        notes: smaller ones below it.
        kind: a class of the style sheet for them; empty for none.
    """

    text: str
    notes: tuple[str, ...] = ()
    kind: str = ""


def table(
    heads: Sequence[str],
    numbers: Sequence[str],
    rows: Sequence[Sequence[str | int | TableCell]],
    *,
    ids: Sequence[str] = (),
) -> str:
    """A table whose last columns, `numbers`, are numbers. On narrow pages each row becomes a block
    of lines, each with its column's head.

    Args:
        ids: of the rows, for links to them; none without.
    """
    titles = (*heads, *numbers)
    head = "".join(
        f"<th{_number(i >= len(heads))}>{escape(text)}</th>" for i, text in enumerate(titles)
    )
    body = "".join(
        f"<tr{_id(ids, at)}>"
        + "".join(_cell(titles[i], value, is_number=i >= len(heads)) for i, value in enumerate(row))
        + "</tr>\n"
        for at, row in enumerate(rows)
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>\n{body}</tbody></table>"


def _id(ids: Sequence[str], at: int) -> str:
    return f' id="{escape(ids[at])}"' if ids else ""


def _number(is_number: bool) -> str:
    return ' class="number"' if is_number else ""


def _cell(title: str, value: str | int | TableCell, *, is_number: bool) -> str:
    return f'<td data-head="{escape(title)}"{_number(is_number)}>{_content(value)}</td>'


def _content(value: str | int | TableCell) -> str:
    if isinstance(value, TableCell):
        kind = f' class="{escape(value.kind)}"' if value.kind else ""
        notes = "".join(f"<small{kind}>{escape(note)}</small>" for note in value.notes)
        return f"{escape(value.text)}{notes}"
    return escape(f"{value:,}" if isinstance(value, int) else value)
