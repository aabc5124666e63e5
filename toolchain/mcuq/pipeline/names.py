"""Names that options take, and notations of their values.

Where names are registered is imported when they are asked for.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

from mcuq.declared import Notation
from mcuq.units import Size, parse_bytes, parse_size


def boards() -> Iterable[str]:
    from mcuq_hil.boards import list_boards

    return (board.name for board in list_boards())


def metrics() -> Iterable[str]:
    from mcuq.score.metrics import built_in_metrics

    return built_in_metrics()


def methods() -> Iterable[str]:
    from mcuq.search import METHODS

    return METHODS


def observers() -> Iterable[str]:
    from mcuq.calibrate import OBSERVERS

    return OBSERVERS


def weight_methods() -> Iterable[str]:
    """How a filter can be asked to become integers."""
    from mcuq.ptq.candidates.recipe import RECIPES

    return ("minmax", *RECIPES)


def widths() -> Iterable[int]:
    from mcuq.numeric.widths import WIDTHS

    return WIDTHS


def parse_width(word: str) -> int:
    """`8`, `4`, `2` or `ternary` as a width.

    Raises:
        UsageError: it is none of them.
    """
    from mcuq.choices import check_choice

    names = {_show_width(width): width for width in widths()}
    check_choice("--bits", word.strip(), names)
    return names[word.strip()]


def parse_widths(text: str) -> tuple[int, ...]:
    """`8,4,2,ternary` as widths, 8 always among them and first.

    Raises:
        UsageError: something else is in it.
    """
    asked = {8, *(parse_width(word) for word in text.split(","))}
    return tuple(width for width in widths() if width in asked)


def _show_width(bits: int) -> str:
    from mcuq.numeric.widths import WIDTHS, width

    return width(bits).option if bits in WIDTHS else str(bits)


def _show_widths(asked: int | tuple[int, ...]) -> str:
    """Of some widths, or of one of them."""
    return ",".join(map(_show_width, (asked,) if isinstance(asked, int) else asked))


def _show_metric(metric: Any) -> str:
    from mcuq.score.metrics import metric_name

    return metric_name(metric)


def _show_board(board: str) -> str:
    """A board file by its name, as other files are."""
    return Path(board).name if board.endswith(".toml") else board


Bytes = Annotated[int, Notation(parse_bytes, is_size=True)]
BytesOrShare = Annotated[Size, Notation(parse_size, is_size=True)]
METRIC = Notation(str, _show_metric)
BOARD = Notation(str, _show_board)
WIDTH = Notation(parse_width, _show_width)
WIDTH_LIST = Notation(parse_widths, _show_widths)
