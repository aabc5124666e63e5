"""The documents of the package, and the committed schemas."""

from __future__ import annotations

import importlib.util
import json
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from jsonschema import Draft202012Validator

from mcuq.document import Document

ROOT = Path(__file__).resolve().parents[2]
SCHEMAS = ROOT / "schemas"


def load_generator() -> ModuleType:
    """scripts/generate_schemas.py as a module."""
    path = ROOT / "scripts" / "generate_schemas.py"
    spec = importlib.util.spec_from_file_location("generate_schemas", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@cache
def documents() -> dict[str, Document[Any]]:
    """By name."""
    found: dict[str, Document[Any]] = load_generator().documents()
    return found


@cache
def validator(name: str) -> Draft202012Validator:
    """Of the committed schema of a document's version."""
    path = SCHEMAS / f"{name}.v{documents()[name].version}.json"
    schema = json.loads(path.read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)
