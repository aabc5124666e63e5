"""schemas/ is what the definitions say, explains every key, and changes only with its version."""

from __future__ import annotations

import ast
import copy
import dataclasses
import inspect
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from published import ROOT, SCHEMAS, documents, load_generator

from mcuq.document import Document


@pytest.fixture(scope="module")
def generator() -> ModuleType:
    return load_generator()


def committed() -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in SCHEMAS.iterdir()}


def test_the_schemas_are_up_to_date(generator: ModuleType) -> None:
    found = committed()
    for name, text in generator.schemas().items():
        assert found.get(name) == text, f"{name}: run: python scripts/generate_schemas.py"


def test_every_schema_is_of_a_document_and_no_version_is_missing() -> None:
    wanted = {
        f"{name}.v{version}.json"
        for name, document in documents().items()
        for version in range(1, document.version + 1)
    }
    assert set(committed()) == wanted


def keys(schema: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    yield from schema.get("properties", {}).items()
    for inner in schema.get("$defs", {}).values():
        yield from keys(inner)


@pytest.mark.parametrize("name", sorted(path.name for path in SCHEMAS.iterdir()))
def test_every_key_is_explained(name: str) -> None:
    schema = json.loads((SCHEMAS / name).read_text(encoding="utf-8"))
    assert schema["description"]
    assert [key for key, value in keys(schema) if not value.get("description")] == []


@dataclass(frozen=True)
class Small:
    """A definition.

    Attributes:
        size: bytes.
    """

    size: int


@dataclass(frozen=True)
class Wider:
    """A definition.

    Attributes:
        size: bytes.
        other: more.
    """

    size: int
    other: int


@dataclass(frozen=True)
class Reworded:
    """A definition, told otherwise.

    Attributes:
        size: in bytes.
    """

    size: int


@dataclass(frozen=True)
class Retyped:
    """A definition.

    Attributes:
        size: bytes.
    """

    size: float


SMALL = Document("small", Small, "something small", "nowhere")


@pytest.mark.parametrize("definition", [Wider, Retyped])
def test_a_published_schema_is_not_changed(
    definition: type[Any], generator: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def publish(document: Document[Any]) -> None:
        monkeypatch.setattr(generator, "documents", lambda: {"small": document})
        generator.main(tmp_path)

    publish(SMALL)
    before = (tmp_path / "small.v1.json").read_bytes()
    changed: Document[Any] = dataclasses.replace(SMALL, definition=definition)
    with pytest.raises(generator.ChangedSchemaError, match=r"small\.v1\.json .* raise the version"):
        publish(changed)
    assert (tmp_path / "small.v1.json").read_bytes() == before
    publish(dataclasses.replace(changed, version=2))
    assert {path.name for path in tmp_path.iterdir()} == {"small.v1.json", "small.v2.json"}
    assert (tmp_path / "small.v1.json").read_bytes() == before


def test_words_may_change(
    generator: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for definition in (Small, Reworded):
        document: Document[Any] = dataclasses.replace(SMALL, definition=definition)
        monkeypatch.setattr(generator, "documents", lambda document=document: {"s": document})
        generator.main(tmp_path)
    assert "in bytes" in (tmp_path / "small.v1.json").read_text().lower()


@pytest.mark.parametrize(
    "path", [("required",), ("properties", "title"), ("properties", "size", "type"), ("$defs", "a")]
)
def test_a_change_of_keys_or_types_is_seen(generator: ModuleType, path: tuple[str, ...]) -> None:
    """Also of a key that is called as what only explains."""
    schema: dict[str, Any] = {
        "title": "t",
        "properties": {"title": {"type": "string"}, "size": {"type": "integer"}},
        "required": ["title"],
        "$defs": {"a": {"type": "null"}},
    }
    other = copy.deepcopy(schema)
    place = other
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = {"type": "boolean"}
    assert generator.changed(json.dumps(schema), json.dumps(other))
    assert not generator.changed(json.dumps(schema), json.dumps(schema | {"title": "other"}))


METHODS = {"dump_json", "model_dump_json", "to_json"}
"""Of pydantic, or of a class that has its own."""
WRITERS = {
    "toolchain/mcuq/document.py:_digest": "what a digest is of",
    "toolchain/mcuq/document.py:text": "every document that is a file",
    "toolchain/mcuq/document.py:line": "every document that is a line",
    "toolchain/mcuq/cli/output.py:write_json": "every document on stdout",
    "scripts/study/record.py:_text": "kernels: a document, laid out an entry a line",
    "hil/mcuq_hil/farm/measuring.py:_stored": "counts: a document of the bench",
    "hil/mcuq_hil/emulator/spec.py:to_json": "from a process to its child, never a file",
    "hil/mcuq_hil/emulator/port.py:__init__": "the same",
    "hil/mcuq_hil/emulator/qemu.py:_command": "QEMU's own protocol",
    "toolchain/mcuq/integrate/platformio.py:write_platformio": "PlatformIO's own file",
    "toolchain/mcuq/report/html.py:_figures": "Plotly's own figures",
    "toolchain/mcuq/report/html.py:report_html": "what the page itself draws the network of",
    "toolchain/mcuq/report/live.py:live_page": "Plotly's own figures",
    "toolchain/mcuq/report/lost.py:_sample": "the shape of what the page draws",
    "toolchain/mcuq/spdx.py:spdx_text": "SPDX's own format",
    "toolchain/mcuq/examples/blank.py:_line": "a value of a TOML file, written alike",
    "hil/mcuq_hil/boards/draft.py:_quoted": "the same",
    "scripts/board_sizes.py:main": "a record of this repository",
    "scripts/fuzz_operators.py:write_record": "a record of this repository",
    "scripts/hil_record.py:main": "a record of this repository",
    "scripts/probe_runtime.py:main": "a record of this repository",
    "scripts/run_notebook.py:main": "Jupyter's own format",
    "scripts/promised.py:main": "a record of this repository",
    "scripts/validate_cycles.py:write": "a record of this repository",
    "scripts/generate_schemas.py:schemas": "the schemas themselves",
}
"""Function → what it writes: each is a document, or nobody's to promise."""


def encoders(tree: ast.Module) -> list[str]:
    """Innermost functions that make JSON text, whatever they call the json module."""
    modules, functions = set(), set(METHODS)
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            modules |= {one.asname or one.name for one in node.names if one.name == "json"}
        elif isinstance(node, ast.ImportFrom) and node.module in ("json", "pydantic_core"):
            found = {"dump", "dumps", "to_json"}
            functions |= {one.asname or one.name for one in node.names if one.name in found}
    return list(_calls(tree, modules, functions, "module"))


def _calls(tree: ast.AST, modules: set[str], functions: set[str], inside: str) -> Iterator[str]:
    for node in ast.iter_child_nodes(tree):
        here = node.name if isinstance(node, ast.FunctionDef) else inside
        called = node.func if isinstance(node, ast.Call) else None
        if isinstance(called, ast.Name) and called.id in functions:
            yield here
        elif isinstance(called, ast.Attribute):
            owner = called.value.id if isinstance(called.value, ast.Name) else ""
            if called.attr in METHODS or (owner in modules and called.attr.startswith("dump")):
                yield here
        yield from _calls(node, modules, functions, here)


def test_every_function_that_writes_json_is_known_and_says_what() -> None:
    found = {
        f"{path.relative_to(ROOT).as_posix()}:{function}"
        for folder in ("toolchain", "hil", "scripts")
        for path in (ROOT / folder).rglob("*.py")
        for function in encoders(ast.parse(path.read_text(encoding="utf-8")))
    }
    assert sorted(found - WRITERS.keys()) == [], "write it as a Document, or say here what it is"
    assert sorted(WRITERS.keys() - found) == []


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("import json\ndef f():\n    def g():\n        json.dumps(1)\n    v.to_json()", ["f", "g"]),
        ("def f():\n    import json as other\n    other.dump(1, stream)", ["f"]),
        ("from json import dumps as text\ntext(1)", ["module"]),
        ("def f():\n    from pydantic_core import to_json\n    to_json(1)", ["f"]),
        ("import pickle\ndef f():\n    pickle.dumps(1)", []),
    ],
)
def test_a_writer_is_seen(source: str, expected: list[str]) -> None:
    assert sorted(encoders(ast.parse(source))) == expected


def test_the_page_lists_every_schema() -> None:
    names = {f"{name}.v{document.version}.json" for name, document in documents().items()}
    page = (ROOT / "docs" / "reference" / "json.md").read_text(encoding="utf-8")
    assert set(re.findall(r"schemas/([a-z0-9.-]+\.json)", page)) == names


@pytest.mark.parametrize("clean", [str, inspect.cleandoc], ids=["raw", "as Python 3.13 keeps it"])
def test_attributes_are_found_in_any_indentation(
    generator: ModuleType, clean: Callable[[str], str]
) -> None:
    text = clean("""Of a thing.

    Attributes:
        first: one line.
        second: two
            lines: with a colon.

    Raises:
        third: no attribute.
    """)
    found = [generator.described_attribute(text, name) for name in ("first", "second", "third")]
    assert found == ["One line.", "Two lines: with a colon.", ""]
