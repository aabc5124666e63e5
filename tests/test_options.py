"""Every declared option: on the command line, in mcuq.toml, in the reference, in the fingerprint
and in the printed command. A test that fails names the option."""

from __future__ import annotations

import ast
import importlib.util
import json
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from option_values import OPTIONS, PLAIN, another, asked_for, beside, meant

from mcuq.cli.main import app
from mcuq.cli.request import job
from mcuq.declared import Leaf, leaves
from mcuq.errors import InputError, UsageError
from mcuq.examples.blank import blank_project
from mcuq.pipeline.effective import effective, identity
from mcuq.pipeline.gates import Gates
from mcuq.pipeline.request import BuildRequest
from mcuq.project import FILE_NAME
from mcuq.report.command import command_line

ROOT = Path(__file__).resolve().parents[1]
GATES = leaves(Gates)
COMMANDS = ("build", "quantize", "search", "check")

every_option = pytest.mark.parametrize("leaf", (*OPTIONS, *GATES), ids=lambda leaf: leaf.path)
of_a_request = pytest.mark.parametrize("leaf", OPTIONS, ids=lambda leaf: leaf.path)


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    """The reference, as it is written."""
    path = ROOT / "scripts" / "generate_reference.py"
    spec = importlib.util.spec_from_file_location("generate_reference", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found: dict[str, str] = module.pages()
    return found


def test_no_two_options_share_a_place() -> None:
    everything = (*OPTIONS, *GATES)
    assert len({leaf.path for leaf in everything}) == len(everything)
    keys = [leaf.key for leaf in everything if leaf.key is not None]
    assert len(set(keys)) == len(keys)
    for command in COMMANDS:
        flags = [leaf.flag for leaf in everything if command in leaf.option.commands]
        assert len(set(flags)) == len(flags), command


def parameters(command: str) -> dict[str, Any]:
    root: Any = typer.main.get_command(app)
    return {parameter.name: parameter for parameter in root.commands[command].params}


@every_option
@pytest.mark.parametrize("command", COMMANDS)
def test_its_commands_offer_it(leaf: Leaf, command: str) -> None:
    found = parameters(command).get(leaf.word)
    if command in leaf.option.commands:
        assert found is not None
        own = command == "search" and leaf.path == "output"
        assert found.help == leaf.option.help or own
        assert leaf.option.is_argument or leaf.flag in found.opts
    else:
        assert found is None or found.help != leaf.option.help


@pytest.mark.parametrize(
    "leaf", [leaf for leaf in OPTIONS if leaf.path not in PLAIN], ids=lambda leaf: leaf.path
)
def test_its_commands_take_it(leaf: Leaf, monkeypatch: pytest.MonkeyPatch) -> None:
    changed = beside(leaf)[1]
    words = ["model.tflite", "--calibration", "calibration set.npz", *typed(leaf)]
    for command in sorted(leaf.option.commands):
        if (command, leaf.path) != ("search", "output") and leaf.path != "workers":
            asked = asked_for([command, *words], monkeypatch)
            assert leaf.of(asked) == leaf.of(changed)


def typed(leaf: Leaf) -> list[str]:
    value = another(leaf)
    return [leaf.flag] if value is True else [leaf.flag, written(leaf)]


def written(leaf: Leaf) -> str:
    """The other value on a command line."""
    value = another(leaf)
    return ",".join(value) if leaf.type is tuple and leaf.notation is None else leaf.show(value)


def stated(leaf: Leaf) -> Any:
    """The other value in a project file."""
    value = another(leaf)
    if leaf.option.listed_as:
        return [value]
    if leaf.type is tuple and leaf.notation is None:
        return list(value)
    return leaf.show(value) if leaf.type is Path or leaf.notation is not None else value


@every_option
def test_the_project_file_says_it(
    leaf: Leaf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys: dict[str, Any] = {"model": "m.tflite", "calibration": "c.npz"}
    table, _, name = (leaf.key or leaf.word).rpartition(".")
    tables = {table: {name: stated(leaf)}} if table else {}
    lines = keys if table else keys | {name: stated(leaf)}
    text = [f"{key} = {json.dumps(value)}" for key, value in lines.items()]
    for header, content in tables.items():
        text += [f"[{header}]", *(f"{key} = {json.dumps(one)}" for key, one in content.items())]
    (tmp_path / FILE_NAME).write_text("\n".join(text))
    monkeypatch.chdir(tmp_path)
    if leaf.key is None:
        with pytest.raises(InputError, match=f"unknown key '{leaf.word}'"):
            job({})
        return
    asked = job({})
    found = leaf.of(asked.request if leaf in OPTIONS else asked.gates)
    assert found == (tmp_path / another(leaf) if leaf.type is Path else another(leaf))


@every_option
def test_the_reference_explains_it(leaf: Leaf, pages: dict[str, str]) -> None:
    help_, meaning = (text.replace("|", "\\|") for text in (leaf.option.help, leaf.option.meaning))
    for command in leaf.option.commands - ({"search"} if leaf.path == "output" else set()):
        rows = pages[f"mcuq-{command}.md"].splitlines()
        name = f"`[{leaf.word.upper()}]`" if leaf.option.is_argument else f"`{leaf.flag}`"
        assert any(row.startswith(f"| {name}") and help_ in row for row in rows), command
    if leaf.key is not None:
        table, _, name = leaf.key.rpartition(".")
        page = pages["mcuq-toml.md"].split("\n## ")
        part = next(one for one in page if not table or one.startswith(f"{table}\n"))
        rows = part.splitlines()
        assert any(row.startswith(f"| `{name}` |") and (meaning or help_) in row for row in rows)


@every_option
def test_a_new_project_file_shows_it(leaf: Leaf) -> None:
    if leaf.key is not None:
        table, _, name = leaf.key.rpartition(".")
        parts = blank_project().split("\n[")
        part = parts[0] if not table else next(p for p in parts if p.startswith(f"{table}]"))
        assert f"\n# {name} = " in part or f"\n{name} = " in part
        assert leaf.default is not None or leaf.option.example is not None, "give an example"


def test_a_new_project_file_is_one_with_everything_behind_a_hash_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "\n".join(line.removeprefix("# ") for line in blank_project().splitlines()[1:])
    (tmp_path / FILE_NAME).write_text(text)
    monkeypatch.chdir(tmp_path)
    asked = job({})
    for leaf in (*OPTIONS, *GATES):
        if leaf.key is not None and leaf.option.example is None:
            found = leaf.of(asked.request if leaf in OPTIONS else asked.gates)
            assert found == (tmp_path / leaf.default if leaf.type is Path else leaf.default)


@of_a_request
def test_it_is_printed_and_counted_where_it_changes_the_bytes(
    leaf: Leaf, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain, changed = beside(leaf)
    counts = leaf.option.changes_bytes
    assert (command_line(changed) != command_line(plain)) == counts
    assert (compared(changed) != compared(plain)) == counts
    again = asked_for(shlex.split(command_line(changed))[1:], monkeypatch)
    assert again == meant(changed)
    assert not counts or leaf.of(again) == leaf.of(changed)


def compared(request: BuildRequest) -> list[tuple[str, Any]]:
    """What the fingerprint is made of; a file holds its name."""
    contents = {leaf.path: str(leaf.of(request)) for leaf in OPTIONS if leaf.type is Path}
    return identity(request, contents)


@of_a_request
def test_what_changes_the_bytes_can_be_said_on_a_command_line(leaf: Leaf) -> None:
    if leaf.option.changes_bytes:
        assert leaf.path in {one.path for one, _ in effective(beside(leaf)[1])}
        assert leaf.type is not bool or leaf.default is False


@every_option
def test_a_value_that_it_does_not_take_is_refused(leaf: Leaf) -> None:
    known, least, most = leaf.choices(), leaf.option.least, leaf.option.most
    wrong: list[Any] = ["none of them"] if known and leaf.notation is None else []
    wrong += [] if least is None or least == 0 else [least - 1 - (leaf.default == least - 1)]
    wrong += [] if most is None else [most + 1]
    wrong += [float("nan")] if leaf.type is float else []
    for value in wrong:
        with pytest.raises(UsageError, match=leaf.flag):
            leaf.check(value)


def modules() -> Iterator[Path]:
    for folder in ("toolchain/mcuq", "hil/mcuq_hil", "scripts"):
        yield from (ROOT / folder).rglob("*.py")


def test_nothing_takes_a_function_s_variables_by_name() -> None:
    """An option that is handed on by `locals()` is handed on by luck."""
    calls = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in modules()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Name) and node.id == "locals"
    ]
    assert calls == []
