"""Kernels that differ in a form only, such as int8 and int16, from one template.

A template is C with a table in its first comment: a row of column names, then a row for each file
to be made, cells apart by `|`. The first column is `file`, a file's name without its suffix. Below,
`@{column}` stands for a row's cell; lines between `@if column` and `@end` are for the rows whose
cell is not empty.

    /*
    file        | value   | wide
    mcuq_sum_s8  | int8_t  | 0
    mcuq_sum_s16 | int16_t | 1
    */
"""

from __future__ import annotations

import re
import string
from collections.abc import Mapping

_TABLE = re.compile(r"/\*\n(.*?)\n\*/\n", re.DOTALL)
_OPTIONAL = re.compile(r"^@if (\w+)\n(.*?)^@end\n", re.DOTALL | re.MULTILINE)


class _Form(string.Template):
    delimiter = "@"


def expand(template: str) -> dict[str, str]:
    """File name, such as "mcuq_sum_s8.c" → its text; in the table's order.

    Raises:
        ValueError: there is no table, or a row has another number of cells than its head.
        KeyError: no column has the name that is asked for, or an `@if` has no `@end`.
    """
    table = _TABLE.match(template)
    if table is None:
        raise ValueError("a template begins with its table")
    head, *rows = (_cells(line) for line in table[1].splitlines())
    body = template[table.end() :]
    made = {}
    for row in rows:
        form = dict(zip(head, row, strict=True))
        made[f"{form['file']}.c"] = _fill(body, form)
    return made


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.split("|")]


def _fill(body: str, form: Mapping[str, str]) -> str:
    kept = _OPTIONAL.sub(lambda part: part[2] if form[part[1]] else "", body)
    return _Form(kept).substitute(form)
