"""Write schemas/: a JSON Schema (2020-12) of every kind of JSON that mcuq writes.

    python scripts/generate_schemas.py [DIR]

A published schema keeps its keys and types for good: where a definition has changed, this says so
and writes nothing. Raise the version of its `Document` then, and the next file appears beside the
old one. Only descriptions may change in place. A test fails where the files are not these.
"""

from __future__ import annotations

import ast
import importlib
import json
import re
import sys
import textwrap
from pathlib import Path
from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from mcuq.document import DIGEST, KEY, Document
from mcuq.written import Written

ROOT = Path(__file__).resolve().parents[1]
BASES = (ROOT / "toolchain", ROOT / "scripts")
"""Modules are named from here; both can be imported from."""
SCHEMAS = ROOT / "schemas"
SEAL = "Of all the rest: tells a damaged file. Whoever edits one takes it out."
WORDS_ONLY = frozenset({"description", "title", "$comment"})

if str(ROOT / "scripts") not in sys.path:
    sys.path.append(str(ROOT / "scripts"))


class ChangedSchemaError(Exception):
    """A published schema would change."""


def documents() -> dict[str, Document[Any]]:
    """Every `NAME = Document(…)` of the package and the scripts, by the document's name."""
    found: dict[str, Document[Any]] = {}
    for base in BASES:
        for path in sorted(base.rglob("*.py")):
            module = ".".join(path.relative_to(base).with_suffix("").parts)
            for name in _constants(ast.parse(path.read_text(encoding="utf-8"))):
                document = getattr(importlib.import_module(module), name)
                if document.name in found:
                    raise ValueError(f"two documents are called {document.name}")
                found[document.name] = document
    return dict(sorted(found.items()))


def _constants(tree: ast.Module) -> list[str]:
    return [
        statement.targets[0].id
        for statement in tree.body
        if isinstance(statement, ast.Assign)
        and isinstance(statement.targets[0], ast.Name)
        and isinstance(statement.value, ast.Call)
        and isinstance(statement.value.func, ast.Name)
        and statement.value.func.id == Document.__name__
    ]


class _Described(GenerateJsonSchema):
    """Descriptions also from the docstrings' Attributes; no key but those that are named."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])  # what is written has no defaults

    def dataclass_schema(self, schema: core_schema.DataclassSchema) -> JsonSchemaValue:
        return _described(super().dataclass_schema(schema), schema["cls"])

    def model_schema(self, schema: core_schema.ModelSchema) -> JsonSchemaValue:
        return _described(super().model_schema(schema), schema["cls"])


def _described(made: JsonSchemaValue, owner: type[Any]) -> JsonSchemaValue:
    text = owner.__doc__ or ""
    made["required"] = list(made.get("properties", ()))  # every key is always written
    made["additionalProperties"] = False
    made["description"] = " ".join(text.split("\n\n")[0].split())
    for name, value in made.get("properties", {}).items():
        told = described_attribute(text, name)
        if told and "description" not in value:
            value["description"] = told
        if issubclass(owner, Written) and name not in owner.signed:
            _not_negative(value)
    return made


def described_attribute(text: str, name: str) -> str:
    """What a docstring says of an attribute; empty where it says nothing."""
    _, _, listed = text.partition("Attributes:\n")
    # Python 3.13 takes the indentation of a docstring away, earlier ones leave it.
    entries = textwrap.dedent(listed.split("\n\n")[0])
    for entry in re.split(r"\n(?=\S)", entries):
        key, colon, told = entry.strip().partition(":")
        if colon and key == name:
            return _sentence(told)
    return ""


def _sentence(told: str) -> str:
    words = " ".join(told.split())
    return words[:1].upper() + words[1:]


def _not_negative(value: dict[str, Any]) -> None:
    """What `Written` checks of every number that is not `signed`."""
    for one in (value, *value.get("anyOf", ()), value.get("items", {})):
        if one.get("type") == "integer" and not {"minimum", "exclusiveMinimum"} & one.keys():
            one["minimum"] = 0


def schema(document: Document[Any]) -> dict[str, Any]:
    """The JSON Schema of what a document holds."""
    made = document.adapter.json_schema(
        mode="serialization", by_alias=True, schema_generator=_Described
    )
    made.pop("title", None)
    if document.marked == "document":
        _mark(made, document)
    elif document.marked == "entries":
        entry = made.get("items") or made["additionalProperties"]
        _mark(made["$defs"][entry["$ref"].removeprefix("#/$defs/")], document)
    if document.sealed:
        made["properties"][DIGEST] = {"type": "string", "description": SEAL}
        made["required"] = [*made["required"], DIGEST]
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:mcuq:{document.name}:v{document.version}",
        "title": f"mcuq {document.name}, version {document.version}",
    }
    return head | made | {"description": _sentence(document.about) + "."}


def _mark(made: dict[str, Any], document: Document[Any]) -> None:
    told = {"const": document.version, "description": "Version of this schema."}
    made["properties"] = {KEY: told} | made["properties"]
    made["required"] = [KEY, *made.get("required", ())]


def file_name(document: Document[Any]) -> str:
    """Of its schema."""
    return f"{document.name}.v{document.version}.json"


def schemas() -> dict[str, str]:
    """Every current schema by file name."""
    return {
        file_name(document): json.dumps(schema(document), indent=2, ensure_ascii=False) + "\n"
        for document in documents().values()
    }


def without_words(value: Any) -> Any:
    """A schema without what only explains it."""
    if isinstance(value, dict):
        return {
            key: {name: without_words(one) for name, one in inner.items()}
            if key in ("properties", "$defs")
            else without_words(inner)
            for key, inner in value.items()
            if key not in WORDS_ONLY
        }
    return [without_words(one) for one in value] if isinstance(value, list) else value


def changed(published: str, wanted: str) -> bool:
    """Whether two schemas take different documents, as far as their keys and types say."""
    return bool(without_words(json.loads(published)) != without_words(json.loads(wanted)))


def main(folder: Path = SCHEMAS) -> None:
    """Write them.

    Raises:
        ChangedSchemaError: a published one would take other documents.
    """
    folder.mkdir(parents=True, exist_ok=True)
    wanted = schemas()
    for name, text in wanted.items():
        path = folder / name
        if path.is_file() and changed(path.read_text(encoding="utf-8"), text):
            raise ChangedSchemaError(
                f"{name} is published and would change: raise the version of its Document"
            )
    for name, text in wanted.items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
