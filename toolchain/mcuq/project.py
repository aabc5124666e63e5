"""`mcuq.toml`: which model, which data, which boards, and what it may cost there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, create_model

from mcuq.declared import ROOT, Leaf, Notation, TomlTable, leaves
from mcuq.errors import InputError, McuqError
from mcuq.pipeline.gates import Gates
from mcuq.pipeline.request import BuildRequest
from mcuq_hil.errors import BoardError
from mcuq_hil.tomlfile import read_toml

FILE_NAME = "mcuq.toml"


def keyed() -> dict[TomlTable, list[Leaf]]:
    """The options that the file may say, by table; what it must say first."""
    found: dict[TomlTable, list[Leaf]] = {ROOT: []}
    for leaf in (*leaves(BuildRequest), *leaves(Gates)):
        if leaf.option.table is not None:
            found.setdefault(leaf.option.table, []).append(leaf)
    found[ROOT].sort(key=lambda leaf: not leaf.is_key_required)
    return found


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


def _project_model() -> type[BaseModel]:
    fields: dict[str, Any] = {}
    for table, options in keyed().items():
        keys: dict[str, Any] = {key_name(leaf): (_type(leaf), _field(leaf)) for leaf in options}
        if table is ROOT:
            fields |= keys
        else:
            model = create_model(table.name.title(), __base__=_Strict, __doc__=table.text, **keys)
            fields[table.name] = (model, Field(default=model(), description=table.text))
    return create_model("Project", __base__=_Strict, **fields)


def key_name(leaf: Leaf) -> str:
    """Within its table."""
    return str(leaf.key).rpartition(".")[2]


def _type(leaf: Leaf) -> Any:
    """What pydantic takes for the key."""
    choices = leaf.choices() if leaf.notation is None else ()
    kind: Any = Literal[choices] if choices else leaf.type
    if leaf.notation is not None:
        kind = _size(leaf.notation) if leaf.notation.is_size else str
    elif leaf.type is tuple:
        kind = tuple[str, ...]
    if leaf.option.listed_as:
        return tuple[kind, ...]
    return kind if leaf.is_key_required else kind | None


def _size(notation: Notation) -> Any:
    return Annotated[Any, BeforeValidator(_as_value_error(notation))]


def _as_value_error(notation: Notation) -> Any:
    """pydantic collects ValueError, so that one report names every wrong key."""

    def convert(value: object) -> object:
        if isinstance(value, bool) or not isinstance(value, str | int):
            raise ValueError("write a number of bytes or a string such as '64K'")
        try:
            return notation.parse(value)
        except McuqError as error:
            raise ValueError(str(error)) from error

    return convert


def _field(leaf: Leaf) -> Any:
    option = leaf.option
    limits: dict[str, Any] = {"min_length": 1} if option.listed_as else {}
    if option.least is not None:
        # At least 1 is said as pydantic says it of its positive numbers.
        limits |= {"gt": 0} if option.least == 1 else {"ge": option.least}
    if option.most is not None:
        limits["le"] = option.most
    if leaf.type is float:
        limits["allow_inf_nan"] = False
    default = ... if leaf.is_key_required else stated(leaf)
    return Field(default=default, description=option.meaning or option.help, **limits)


def stated(leaf: Leaf) -> Any:
    """The default as the file would say it."""
    if leaf.option.listed_as:
        return (leaf.default,)
    is_text = leaf.default is not None and (leaf.notation is not None or leaf.is_path)
    return leaf.show(leaf.default) if is_text else leaf.default


Project = _project_model()
"""The keys of `mcuq.toml`. Paths are relative to the file."""


def load_project(path: Path) -> dict[str, Any]:
    """Read a project file, or the one in a directory.

    Returns:
        What it says, by the paths of the options: `seed`, `scheme.io`. Files are resolved.

    Raises:
        InputError: no such file, not TOML, unknown or missing keys, values of the wrong type.
    """
    file = path / FILE_NAME if path.is_dir() else path
    if not file.is_file():
        raise InputError(
            f"no {FILE_NAME} in {file.parent}", "give a MODEL, or write one with: mcuq init"
        )
    try:
        keys = read_toml(file)
    except BoardError as error:
        raise InputError(error.cause, error.hint) from error
    try:
        project = Project.model_validate(keys)
    except ValidationError as error:
        raise InputError(f"{file}: {_explain(error)}", _known_keys(error)) from error
    return dict(_values(project, file.parent))


def _values(project: BaseModel, folder: Path) -> Iterator[tuple[str, Any]]:
    for table, options in keyed().items():
        keys = project if table is ROOT else getattr(project, table.name)
        for leaf in options:
            value = getattr(keys, key_name(leaf))
            if key_name(leaf) not in keys.model_fields_set or value is None:
                continue
            if leaf.option.listed_as:
                value = value[0]
            yield leaf.path, folder / value if leaf.is_path else value


def _explain(error: ValidationError) -> str:
    return "; ".join(_explain_one(detail) for detail in error.errors())


def _explain_one(detail: Mapping[str, Any]) -> str:
    key = ".".join(map(str, detail["loc"]))
    if detail["type"] == "extra_forbidden":
        return f"unknown key '{key}'"
    if detail["type"] == "missing":
        return f"missing key '{key}'"
    return f"'{key}': {str(detail['msg']).removeprefix('Value error, ')}"


def _known_keys(error: ValidationError) -> str:
    """The keys of the table in which the first unknown key stands."""
    for detail in error.errors():
        if detail["type"] == "extra_forbidden":
            first = Project.model_fields.get(str(detail["loc"][0]))
            table = first.annotation if first is not None else Project
            assert isinstance(table, type) and issubclass(table, BaseModel)
            return f"known keys: {', '.join(table.model_fields)}"
    return "see the mcuq.toml reference in the documentation"
