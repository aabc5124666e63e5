"""Every line of docs/where.md names a file that is there and something that it defines."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

import pytest
from documents import DOCS, ROOT

ROW = re.compile(r"^\| ([^|]+) \| `([^`]+)`: `([^`]+)` \|$")
ROWS = [
    line
    for line in (DOCS / "where.md").read_text(encoding="utf-8").splitlines()
    if line.startswith("| ") and line != "| question | where |"
]


def parts(row: str) -> tuple[str, Path, str]:
    """Question, file and name."""
    match = ROW.match(row)
    assert match, f"not of the form `| question | `file`: `name` |`: {row}"
    return match[1], ROOT / match[2], match[3]


def names_of(path: Path) -> set[str]:
    """What a file defines: functions, classes with their fields, constants; keys of a TOML file."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        return python_names(ast.parse(text).body)
    if path.suffix == ".toml":
        return set(tomllib.loads(text))
    # A definition begins its line, a declaration ends in a semicolon; macros are defined.
    found = re.findall(r"^[a-z_][^;{}#\n]*?\b(\w+)\([^;{}]*\)\n\{", text, re.M)
    return {*found, *re.findall(r"^#define (\w+)", text, re.M)}


def python_names(body: list[ast.stmt]) -> set[str]:
    found = set()
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
        if isinstance(node, ast.ClassDef):
            found |= {f"{node.name}.{name}" for name in python_names(node.body)}
        targets = node.targets if isinstance(node, ast.Assign) else []
        targets = [node.target] if isinstance(node, ast.AnnAssign) else targets
        found |= {target.id for target in targets if isinstance(target, ast.Name)}
    return found


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.split(" |")[0].removeprefix("| "))
def test_what_a_line_names_is_there(row: str) -> None:
    _, path, name = parts(row)
    assert path.is_file()
    assert name in names_of(path)


def test_there_are_enough_lines_and_no_question_twice() -> None:
    queries = [parts(row)[0] for row in ROWS]
    assert len(queries) >= 25
    assert len(set(queries)) == len(queries)


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        (
            "a.py",
            "from x import y\nclass B:\n    c: int = 2\n    def d(self): pass\n",
            "B.c",
        ),
        ("a.c", "static int f(int x)\n{\n    return g(x);\n}\n", "f"),
        ("a.h", "int g(int x);\n#define H(x) (x)\n", "H"),
        ("a.toml", 'name = "x"\n', "name"),
    ],
)
def test_definitions_count_and_mentions_do_not(
    name: str, text: str, expected: str, tmp_path: Path
) -> None:
    (tmp_path / name).write_text(text)
    found = names_of(tmp_path / name)
    assert expected in found
    assert found.isdisjoint({"y", "g", "x"})
