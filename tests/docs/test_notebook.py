"""docs/notebook.ipynb runs from the top to the end, and shows what is stored in it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from mcuq.examples import copy_example
from run_notebook import NOTEBOOK, code, read_notebook, shown


def test_it_is_a_notebook_of_format_4() -> None:
    notebook = read_notebook(NOTEBOOK)
    assert (notebook["nbformat"], notebook["nbformat_minor"]) == (4, 5)
    ids = [cell["id"] for cell in notebook["cells"]]
    assert len(set(ids)) == len(ids)
    assert all(cell["execution_count"] is not None for cell in code(notebook))


def test_a_cell_shows_what_it_prints_and_its_last_value(tmp_path: Path) -> None:
    cells = [{"source": ["x = 2\n", "print(x)\n", "x * 21"]}, {"source": ["y = x"]}]
    first, second = shown(cells)
    assert first[0] == {"output_type": "stream", "name": "stdout", "text": ["2\n"]}
    assert first[1]["data"] == {"text/plain": ["42"]}
    assert second == []


@pytest.mark.slow
@pytest.mark.arm
def test_it_runs_and_shows_what_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Figures may differ between compilers; all else may not."""
    copy_example("digits", tmp_path)
    monkeypatch.chdir(tmp_path)
    cells = code(read_notebook(NOTEBOOK))
    for cell, outputs in zip(cells, shown(cells), strict=True):
        assert _without_figures(outputs) == _without_figures(cell["outputs"]), cell["id"]
    assert (tmp_path / "results" / "digits" / "manifest.json").is_file()


def _without_figures(outputs: list[dict[str, Any]]) -> list[list[str]]:
    """Of each output its text, and which other forms it has."""
    texts = ["".join(o.get("text") or o["data"]["text/plain"]) for o in outputs]
    forms = [sorted(output.get("data", {})) for output in outputs]
    return [
        [re.sub(r"\d[\d.,]*", "0", text), *form] for text, form in zip(texts, forms, strict=True)
    ]
