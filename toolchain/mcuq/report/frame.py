"""What every page has around its content: one HTML file that opens offline."""

from __future__ import annotations

from html import escape
from pathlib import Path
from string import Template

import mcuq
from mcuq.report.elements import FOLDER

_FRAME = FOLDER / "frame.html"


def framed(content: Path, *, title: str, subtitle: str, head: str = "", **parts: str) -> str:
    """A whole page.

    Args:
        content: the template of what is below the title.
        title, subtitle: text; here they become HTML.
        head: HTML of the page's own for its head.
        parts: HTML by the names that `content` asks for.
    """
    return _filled(
        _FRAME,
        version=escape(mcuq.__version__),
        title=escape(title),
        subtitle=escape(subtitle),
        style=(FOLDER / "page.css").read_text(encoding="utf-8"),
        head=head,
        content=_filled(content, **parts),
    )


def embedded(document: str) -> str:
    """JSON that cannot end the script element it stands in."""
    return document.replace("<", "\\u003c")


def _filled(template: Path, **parts: str) -> str:
    return Template(template.read_text(encoding="utf-8")).substitute(parts)
