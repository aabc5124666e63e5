"""Write docs/reference/ from what validates: the command line and the files' own models.

    python scripts/generate_reference.py [DIR]

A test fails when the committed pages are not what this writes.
"""

from __future__ import annotations

import ast
import dataclasses
import importlib.util
import sys
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import typer
from pydantic import BaseModel, BeforeValidator
from pydantic.fields import FieldInfo

from mcuq.cli.main import app
from mcuq.document import DIGEST, KEY, Document
from mcuq.project import Project
from mcuq.result.accuracy import ACCURACY
from mcuq.result.configuration import CONFIG
from mcuq.result.front import FRONT
from mcuq.result.manifest import MANIFEST
from mcuq_hil.boards import Board

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "scripts"))

from api_reference import api_page  # noqa: E402
from error_reference import errors_page  # noqa: E402
from generate_schemas import SEAL, described_attribute, documents, file_name  # noqa: E402
from operator_reference import onnx_page, operators_page  # noqa: E402

DOCS = ROOT / "docs" / "reference"
NOTE = "<!-- Written by scripts/generate_reference.py: change the code, not this page. -->\n"


def command_pages() -> Iterator[tuple[str, str]]:
    """(file name, text) of a page for every subcommand, and their index."""
    root: Any = typer.main.get_command(app)
    lines = [f"{NOTE}\n# Commands\n", "| command | what it does |", "|---|---|"]
    for name, command in sorted(root.commands.items()):
        summary = (command.help or "").splitlines()[0]
        lines.append(f"| [mcuq {name}](mcuq-{name}.md) | {_cell(summary)} |")
        yield f"mcuq-{name}.md", f"{NOTE}\n" + "\n".join(_command(f"mcuq {name}", command, 1))
    lines += [
        "",
        _EVERY_COMMAND,
        _TOCTREE.format(pages="\n".join(f"mcuq-{n}" for n in sorted(root.commands))),
    ]
    yield "commands.md", "\n".join(lines)


_EVERY_COMMAND = """\
Every command takes `--json`: one JSON document on stdout, progress and errors on stderr. Options
before the command: `-v` (say why, too), `--no-color`, `--version`. `mcuq --install-completion`
sets up the shell's completion. `MCUQ_DEBUG=1` shows tracebacks.

Exit codes and the types of errors have [a page of their own](errors.md).
"""
_TOCTREE = "```{{toctree}}\n:hidden:\n\n{pages}\n```\n"


def _command(title: str, command: Any, level: int) -> list[str]:
    lines = [f"{'#' * level} {title}\n", (command.help or "").strip() + "\n"]
    subcommands = getattr(command, "commands", {})
    arguments = [p for p in command.params if p.param_type_name == "argument"]
    options = [p for p in command.params if p.param_type_name == "option" and p.name != "help"]
    words = " ".join(_argument(argument) for argument in arguments)
    if not subcommands:
        lines.append(f"```text\n{title} [OPTIONS] {words}".rstrip() + "\n```\n")
    if arguments:
        lines += ["| argument | meaning |", "|---|---|"]
        lines += [f"| `{_argument(a)}` | {_cell(a.help or '')} |" for a in arguments] + [""]
    if options and not subcommands:
        lines += ["| option | meaning |", "|---|---|"]
        lines += [f"| {_option(o)} | {_cell(o.help or '')} |" for o in options] + [""]
    for name, subcommand in sorted(subcommands.items()):
        lines += _command(f"{title} {name}", subcommand, level + 1)
    return lines


def _argument(argument: Any) -> str:
    name = str(argument.metavar or argument.name.rstrip("_").upper()).strip("[]")
    return name if argument.required else f"[{name}]"


def _option(option: Any) -> str:
    names = ", ".join(f"`{name}`" for name in (*option.opts, *option.secondary_opts))
    return f"{names} {_cell(option.metavar)}" if option.metavar else names


def model_page(title: str, text: str, model: type[BaseModel]) -> str:
    """A page of every key that `model` and the tables in it take."""
    lines = [f"{NOTE}\n# {title}\n", text + "\n"]
    for name, table in _tables(model, ""):
        if name:
            lines.append(f"## {name}\n")
            lines.append((table.__doc__ or "").split("\n\n")[0].replace("\n", " ").strip() + "\n")
        lines += ["| key | type | default | meaning |", "|---|---|---|---|"]
        for field, info in _fields(table).items():
            key = info.alias or field
            default = (
                "required"
                if info.is_required()
                else _default(info.get_default(call_default_factory=True))
            )
            meaning = info.description or described_attribute(table.__doc__ or "", field)
            lines.append(f"| `{key}` | {_type(info.annotation)} | {default} | {_cell(meaning)} |")
        lines.append("")
    return "\n".join(lines)


def _fields(table: type[Any]) -> dict[str, FieldInfo]:
    """Of a model or a frozen dataclass."""
    if issubclass(table, BaseModel):
        return table.model_fields
    hints = get_type_hints(table)
    return {
        field.name: FieldInfo.from_annotation(hints[field.name])
        for field in dataclasses.fields(table)
    }


def _tables(model: type[Any], name: str) -> Iterator[tuple[str, type[Any]]]:
    yield name, model
    for field, info in _fields(model).items():
        for nested in _nested(info.annotation):
            yield from _tables(nested, f"{name}.{info.alias or field}".strip("."))


def _nested(annotation: Any) -> Iterator[type[Any]]:
    if _is_table(annotation):
        yield annotation
    for argument in get_args(annotation):
        yield from _nested(argument)


def _is_table(annotation: Any) -> bool:
    if not isinstance(annotation, type):
        return False
    return issubclass(annotation, BaseModel) or dataclasses.is_dataclass(annotation)


def _default(value: Any) -> str:
    if value is None or (isinstance(value, BaseModel)) or value in ((), {}, ""):
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return ", ".join(f"`{item}`" for item in value)
    return f"`{value}`"


def _type(annotation: Any) -> str:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin in (Union, types.UnionType):
        return " or ".join(_type(a) for a in arguments if a is not type(None))
    if origin is Literal:
        return " or ".join(f"`{value}`" for value in arguments)
    if origin is Annotated:
        parsed = any(isinstance(mark, BeforeValidator) for mark in arguments[1:])
        return "size" if parsed else _type(arguments[0])
    if origin in (tuple, list):
        return f"list of {_type(arguments[0])}"
    if origin is dict:
        return "table"
    if _is_table(annotation):
        return "table"
    if annotation is Any:
        return "size"
    names = {str: "text", int: "integer", float: "number", bool: "true or false", Path: "path"}
    return names.get(annotation, getattr(annotation, "__name__", "text"))


def document_page(document: Document[Any], text: str = "") -> str:
    """A page of a document that is a file: its keys, and where its schema is."""
    model = document.definition
    about = text or (model.__doc__ or "").splitlines()[0]
    schema = f"Schema: `schemas/{file_name(document)}` ([what that promises](json.md))."
    page = model_page(f"{document.name}.json", f"{about}\n\n{schema}", model)
    rows = "|---|---|---|---|\n"
    version = f"| `{KEY}` | integer | `{document.version}` | Version of the schema. |\n"
    if document.marked == "document":
        page = page.replace(rows, rows + version, 1)
    seal = f"\n`{DIGEST}`, the last key: {SEAL[0].lower()}{SEAL[1:]}\n"
    return page + seal if document.sealed else page


def json_page() -> str:
    """A page of every document."""
    lines = [f"{NOTE}\n# JSON\n", _JSON, "| schema | what it tells | where |", "|---|---|---|"]
    lines += [
        f"| `schemas/{file_name(one)}` | {_cell(one.about)} | {_cell(one.written)} |"
        for one in documents().values()
    ]
    return "\n".join(lines)


_JSON = f"""\
Everything that mcuq writes as JSON, files and `--json` alike, has a JSON Schema (2020-12) with
a description of every key: in the checkout in `schemas/`, in an installed mcuq in the folder that
`mcuq.resources.schemas_dir()` names. `NAME.v1.json` describes version 1 of NAME.

The promise: a document says its version under `"{KEY}"`. Within a version no key comes, goes or
changes its type or meaning, and every key is always there. What changes one gets the next version
and a schema of its own; the old schema stays. mcuq reads the version that it writes, and refuses
others by name; a file without the key is of version 1.

- A list or table of entries says the version in each of them: `mcuq boards list`, `mcuq doctor`,
  `mcuq hil check` with `--json`, and `scripts/compare_methods.py`.
- `config.json` does not say its version: its bytes are part of what a build repeats.
- A score log says it in its first line.
- Keys are in the order of the schema in files, in alphabetical order on stdout.
"""


def settings_page() -> str:
    """A page of every settings record: each number, what it does, and its evidence."""
    lines = [f"{NOTE}\n# Tuned numbers\n", _SETTINGS + "\n"]
    for path in sorted(ROOT.glob("*/mcuq*/**/settings.py")):
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts[1:])
        for record in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(record, ast.ClassDef):
                lines += [f"## `{module}.{record.name}`\n", f"{ast.get_docstring(record)}\n"]
                lines += ["| number | value | what it does | evidence |", "|---|---|---|---|"]
                lines += [_setting(*field) for field in settings_fields(record)] + [""]
    return "\n".join(lines)


def settings_fields(record: ast.ClassDef) -> Iterator[tuple[str, ast.expr, str]]:
    """(name, default, docstring) of each field; an empty docstring where there is none."""
    following = [*record.body[1:], None]
    for field, note in zip(record.body, following, strict=True):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and field.value:
            text = note.value if isinstance(note, ast.Expr) else None
            told = text.value if isinstance(text, ast.Constant) else ""
            yield field.target.id, field.value, str(told)


_SETTINGS = """\
What stands in the code as a number and could be another one. Changing one changes results, time or
memory, as its line says; formats and the arithmetic leave no choice and are not here. "Not
measured" is meant as it says. [How some of them were measured](../settings.md)."""


def _setting(name: str, value: ast.expr, text: str) -> str:
    if isinstance(value, ast.Call):  # field(default_factory=lambda: …)
        value = next(
            word.value.body for word in value.keywords if isinstance(word.value, ast.Lambda)
        )
    meaning, _, evidence = text.partition("Evidence: ")
    return f"| `{name}` | `{ast.unparse(value)}` | {_cell(meaning)} | {_cell(evidence)} |"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def pages() -> dict[str, str]:
    """Every page by file name."""
    result = dict(command_pages())
    result["mcuq-toml.md"] = model_page(
        "mcuq.toml",
        "What `mcuq build` reads in the current directory when no MODEL is given. Paths are "
        "relative to the file; unknown keys are refused. Sizes are bytes, `64K`, `1M` or "
        "`0x10000`; `weight_bytes` may be a percentage.",
        Project,
    )
    result["board-toml.md"] = model_page(
        "Board files",
        "One TOML file a board; its name is the file's. `--board` takes a name from the registry "
        "or a path to a file of your own.",
        Board,
    )
    result["errors.md"] = errors_page(NOTE)
    result["json.md"] = json_page()
    result["python-api.md"] = api_page(NOTE)
    text = "What was built from what, what it costs, how good it is and how that is known."
    result["manifest-json.md"] = document_page(MANIFEST, text)
    result["pareto-json.md"] = document_page(FRONT)
    result["config-json.md"] = document_page(CONFIG)
    result["accuracy-json.md"] = document_page(ACCURACY)
    result["settings.md"] = settings_page()
    result["operators.md"] = operators_page(NOTE)
    result["onnx-operators.md"] = (
        # Without the package the page stays as it was.
        (DOCS / "onnx-operators.md").read_text(encoding="utf-8")
        if importlib.util.find_spec("onnx") is None
        else onnx_page(NOTE)
    )
    return {name: text.rstrip() + "\n" for name, text in result.items()}


def main(folder: Path = DOCS) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    wanted = pages()
    for stale in set(folder.glob("*.md")) - {folder / name for name in wanted}:
        stale.unlink()
    for name, text in wanted.items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
