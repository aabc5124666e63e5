"""One small value of each kind of JSON that is read back, made from its definition."""

from __future__ import annotations

import types
from dataclasses import fields, is_dataclass
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel

from mcuq.document import Document
from mcuq.result.accuracy import ACCURACY
from mcuq.result.bundle import BUNDLE
from mcuq.result.configuration import CONFIG
from mcuq.result.front import FRONT
from mcuq.result.manifest import MANIFEST

READ_BACK = (MANIFEST, FRONT, CONFIG, ACCURACY, BUNDLE)
_GIVEN = {"metric_output": 0, "data": "AA=="}
"""Fields that depend on others."""
_PLAIN: dict[Any, Any] = {int: 1, float: 0.5, str: "1", bool: True}


def texts() -> list[bytes]:
    """The documents, every field with a value and every list with one entry."""
    return [text_of(one) for one in READ_BACK]


def text_of(kind: Document[Any]) -> bytes:
    return kind.text(_value(kind.definition)).encode()


def _value(kind: Any) -> Any:
    origin, arguments = get_origin(kind), get_args(kind)
    if kind in _PLAIN:
        return _PLAIN[kind]
    if origin is Annotated:
        return _value(arguments[0])
    if origin is Literal:
        return arguments[0]
    if origin in (Union, types.UnionType):
        return _value(next(one for one in arguments if one is not type(None)))
    if origin is tuple:
        return tuple(_value(one) for one in arguments if one is not Ellipsis)
    if origin is dict:
        return {"x": _value(arguments[1])}
    values = {name: _value(each) for name, each in _fields(kind).items()}
    return kind(**values | {name: _GIVEN[name] for name in _GIVEN.keys() & values.keys()})


def _fields(kind: Any) -> dict[str, Any]:
    """Name → type of each field."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return {name: field.annotation for name, field in kind.model_fields.items()}
    assert is_dataclass(kind)
    hints = get_type_hints(kind)
    return {field.name: hints[field.name] for field in fields(kind)}
