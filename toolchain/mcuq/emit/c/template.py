"""Kernels that differ in a form only, such as int8 and int16, from one template.

A template is C in one or more parts, each below a table in a comment: a row of column names, then
a row for each file to be made, cells apart by `|`. The first column is `file`, a file's name
without its suffix. In the part `@{column}` stands for a row's cell; lines between `@if column` and
`@end` are for the rows whose cell is not empty.

    /*
    file         | value   | wide
    mcuq_sum_s8  | int8_t  | 0
    mcuq_sum_s16 | int16_t | 1
    */
"""

from __future__ import annotations

import re
import string
from collections.abc import Mapping

_TABLE = re.compile(r"^/\*\n(file\b.*?)\n\*/\n", re.DOTALL | re.MULTILINE)
_OPTIONAL = re.compile(r"^@if (\w+)\n(.*?)^@end\n", re.DOTALL | re.MULTILINE)


class _Form(string.Template):
    delimiter = "@"


def expand(template: str) -> dict[str, str]:
    """File name, such as "mcuq_sum_s8.c" → its text; in the tables' order.

    Raises:
        ValueError: no table comes first, a row has another number of cells than its head, or a
            file is made twice.
        KeyError: no column has the name that is asked for, or an `@if` has no `@end`.
    """
    before, *parts = _TABLE.split(template)
    if before or not parts:
        raise ValueError("a template begins with a table")
    made: dict[str, str] = {}
    for table, body in zip(parts[::2], parts[1::2], strict=True):
        for form in _forms(table):
            name = f"{form['file']}.c"
            if name in made:
                raise ValueError(f"{name} is made twice")
            made[name] = _fill(body.rstrip("\n") + "\n", form)
    return made


def _forms(table: str) -> list[dict[str, str]]:
    head, *rows = ([cell.strip() for cell in line.split("|")] for line in table.splitlines())
    return [dict(zip(head, row, strict=True)) for row in rows]


def _fill(body: str, form: Mapping[str, str]) -> str:
    kept = _OPTIONAL.sub(lambda part: part[2] if form[part[1]] else "", body)
    return _Form(kept).substitute(form)
