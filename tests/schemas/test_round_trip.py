"""Whatever a definition can hold is written, is valid, and is read back equal."""

from __future__ import annotations

import dataclasses
import json
import types
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import annotated_types
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from published import documents, validator
from pydantic import BaseModel, Strict, ValidationError
from pydantic.fields import FieldInfo

from mcuq.document import Document
from mcuq.result.manifest import MemoryBlock
from mcuq_hil.boards import Board, list_boards
from study.speed import SpeedResult

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
ANY = {
    str: TEXT,
    bool: st.booleans(),
    int: st.integers(0, 1 << 70),
    float: st.floats(allow_nan=False, allow_infinity=False),
    types.NoneType: st.none(),
    Board: st.sampled_from(list_boards()),
}
"""Boards are those there are: drawn at random, hardly one would be possible."""
RATES = st.floats(1e-6, 1e9)
ANY[SpeedResult] = st.builds(SpeedResult, TEXT, *[st.integers(1, 99)] * 3, *[RATES] * 5)
"""Candidates per second are above 0: their ratio is told, too."""


def values(annotation: Any, bounds: tuple[Any, ...] = ()) -> st.SearchStrategy[Any]:
    """What a field of this type may hold."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return values(arguments[0], (*bounds, *_bounds(arguments[1:])))
    if origin in (Union, types.UnionType):
        return st.one_of(*(values(one) for one in arguments))
    if origin is Literal:
        return st.sampled_from(arguments)
    if origin is tuple and arguments[-1] is Ellipsis:
        least = next((one.min_length for one in bounds if hasattr(one, "min_length")), 0)
        return st.lists(values(arguments[0]), min_size=least, max_size=least + 2).map(tuple)
    if origin is tuple:
        return st.tuples(*map(values, arguments))
    if origin is dict:
        return st.dictionaries(TEXT, values(arguments[1]), max_size=2)
    if annotation in (int, float) and bounds:
        return st.from_type(Annotated[(annotation, *_finite(annotation), *bounds)])
    patterns = [one.pattern for one in bounds if getattr(one, "pattern", None)]
    if patterns:
        return st.from_regex(patterns[0], fullmatch=True).filter(lambda text: len(text) < 99)
    return ANY[annotation] if annotation in ANY else records(annotation)


def _bounds(marks: tuple[Any, ...]) -> list[Any]:
    inner = [one for mark in marks if isinstance(mark, FieldInfo) for one in mark.metadata]
    plain = (annotated_types.BaseMetadata,)
    found = [one for one in (*marks, *inner) if type(one) is not Strict]
    return [one for one in found if isinstance(one, plain) or hasattr(one, "pattern")]


def _finite(annotation: Any) -> list[Any]:
    return [annotated_types.Le(1e300), annotated_types.Ge(-1e300)] if annotation is float else []


def records(kind: type[Any]) -> st.SearchStrategy[Any]:
    """Values of a model or a dataclass that its own checks let pass."""
    if issubclass(kind, BaseModel):
        fields: Mapping[str, st.SearchStrategy[Any]] = {
            name: values(info.annotation, tuple(_bounds(tuple(info.metadata))))
            for name, info in kind.model_fields.items()
        }
    else:
        hints = get_type_hints(kind, include_extras=True)
        fields = {field.name: values(hints[field.name]) for field in dataclasses.fields(kind)}
    return st.builds(_made(kind), **fields).filter(lambda made: made is not None)


def _made(kind: type[Any]) -> Callable[..., Any]:
    def make(**found: Any) -> Any:
        if kind is MemoryBlock:
            found["first"], found["last"] = sorted((found["first"], found["last"]))
        try:
            return kind(**found)
        except ValidationError:
            return None

    return make


DOCUMENTS = documents()


@pytest.mark.parametrize("name", sorted(DOCUMENTS))
@given(data=st.data())
@settings(
    max_examples=25, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow]
)
def test_what_is_written_is_valid_and_read_back_equal(name: str, data: st.DataObject) -> None:
    document: Document[Any] = DOCUMENTS[name]
    value = data.draw(values(document.definition))
    for text in (document.text(value), document.line(value)):
        validator(name).validate(json.loads(text))
        assert document.parse(text) == value


@pytest.mark.parametrize("name", sorted(DOCUMENTS))
@given(data=st.data())
@settings(max_examples=5, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
def test_another_version_is_refused_by_name(name: str, data: st.DataObject) -> None:
    document: Document[Any] = DOCUMENTS[name]
    plain = document.plain(data.draw(values(document.definition)))
    marked = {"document": [plain], "entries": list(plain)[:1], "nowhere": []}[document.marked]
    if isinstance(plain, dict) and document.marked == "entries":
        marked = list(plain.values())[:1]
    for one in marked:
        one["format"] = document.version + 1
        refused = f"format: '{document.version + 1}' is not known, {document.version} is"
        with pytest.raises(ValueError, match=refused):
            document.parse(json.dumps(plain))
