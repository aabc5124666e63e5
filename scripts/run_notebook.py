"""Run a notebook's cells from the top and write down what they show: docs/notebook.ipynb.

    python scripts/run_notebook.py [NOTEBOOK]

A cell shows what it prints and the value of its last expression, as text and, where it has a
`_repr_html_`, as HTML; that is all a notebook of plain Python needs, so that no kernel is started.
"""

from __future__ import annotations

import ast
import contextlib
import io
import json
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from mcuq.examples import copy_example

NOTEBOOK = Path(__file__).resolve().parents[1] / "docs" / "notebook.ipynb"
Output = dict[str, Any]


def read_notebook(path: Path) -> dict[str, Any]:
    """A notebook of format 4 as JSON has it."""
    found = json.loads(path.read_text(encoding="utf-8"))
    assert isinstance(found, dict)
    return found


def code(notebook: dict[str, Any]) -> list[dict[str, Any]]:
    """Its code cells, in order."""
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]


def shown(cells: Sequence[dict[str, Any]]) -> Iterator[list[Output]]:
    """What each cell shows, run one after the other in the current folder."""
    names: dict[str, Any] = {"__name__": "notebook"}
    for number, cell in enumerate(cells, 1):
        yield _shown("".join(cell["source"]), number, names)


def _shown(source: str, number: int, names: dict[str, Any]) -> list[Output]:
    body = ast.parse(source).body
    last = body.pop() if body and isinstance(body[-1], ast.Expr) else None
    value = None
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(compile(ast.Module(body, []), f"cell {number}", "exec"), names)
        if isinstance(last, ast.Expr):
            value = eval(compile(ast.Expression(last.value), f"cell {number}", "eval"), names)
    outputs: list[Output] = []
    if printed.getvalue():
        outputs.append(
            {"output_type": "stream", "name": "stdout", "text": _lines(printed.getvalue())}
        )
    if value is not None:
        result = {"output_type": "execute_result", "execution_count": number, "metadata": {}}
        outputs.append({**result, "data": _data(value)})
    return outputs


def _data(value: Any) -> dict[str, list[str]]:
    data = {"text/plain": _lines(repr(value))}
    if hasattr(value, "_repr_html_"):
        data["text/html"] = _lines(value._repr_html_())
    return data


def _lines(text: str) -> list[str]:
    return text.splitlines(keepends=True)


def main(path: Path = NOTEBOOK) -> None:
    path = path.resolve()
    notebook = read_notebook(path)
    cells = code(notebook)
    with tempfile.TemporaryDirectory() as folder:
        copy_example("digits", Path(folder))
        before = Path.cwd()
        os.chdir(folder)
        try:
            for number, (cell, outputs) in enumerate(zip(cells, shown(cells), strict=True), 1):
                cell["outputs"], cell["execution_count"] = outputs, number
        finally:
            os.chdir(before)
    text = json.dumps(notebook, indent=1, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
