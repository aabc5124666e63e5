"""Names and messages on a terminal are data: no markup, no emoji, no escape sequences."""

from __future__ import annotations

import dataclasses
import io
import json
import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mcuq.cli import output
from mcuq.cli.console import PlainConsole
from mcuq.cli.failure import report_failure
from mcuq.cli.inspect import Endpoint, Inspected, OperatorFacts
from mcuq.cli.inspect import _draw as draw_inspected
from mcuq.cli.main import main
from mcuq.cli.progress import _Drawing, _Log
from mcuq.errors import InputError
from mcuq.findings import Finding
from mcuq.progress import Progress
from mcuq.report.explanation import explain
from mcuq.report.html import report_html
from mcuq.report.store import read_manifest
from mcuq.report.summary import summary
from mcuq.result.manifest import Manifest

NAMES = st.text(min_size=1, max_size=30) | st.sampled_from(
    [
        "[/red]",
        "[bold]x[/bold]",
        ":fire:",
        "\x1b[31mred\x1b[0m",
        "\x1b]8;;http://example.com\x1b\\link",
        "\u202eabc",
        "a\nb\rc",
        "[",
        "\\[",
    ]
)


class Capture:
    """What the commands draw, in colours."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.file = io.StringIO()
        console = PlainConsole(file=self.file, width=10_000, color_system=None)
        for name in ("stdout", "stderr"):
            patch.setattr(output, name, lambda: console)
        for module in ("failure", "inspect", "progress", "explain", "build"):
            for name in ("stdout", "stderr"):
                patch.setattr(f"mcuq.cli.{module}.{name}", lambda: console, raising=False)
        self.console = console

    @property
    def text(self) -> str:
        return self.file.getvalue()


def as_data(text: str, name: str) -> None:
    """Nothing in `text` but lines that a terminal only draws; `name` is all there."""
    assert not any(ord(c) < 32 and c != "\n" for c in text)
    assert "\x1b" not in text
    assert "\u202e" not in text
    if name.isascii() and name.isprintable() and name.strip() == name:
        assert name in text


@given(NAMES)
def test_errors_findings_and_progress(name: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        shown = Capture(patch)
        report_failure(InputError(f"cannot read {name}!", f"rename {name}!"), as_json=False)
        assert shown.text.count("\n") == 2
        output.warn(Finding("strange", f"{name}!", f"see {name}!"))
        assert shown.text.count("\n") == 4
        _Log()(Progress("work", note=name, finding=Finding("strange", name, name)))
        as_data(shown.text, name)


@given(NAMES)
@settings(max_examples=40)
def test_bars(name: str) -> None:
    from mcuq.cli import progress

    with pytest.MonkeyPatch.context() as patch:
        shown = Capture(patch)
        with progress._bars() as bars:
            _Drawing(bars)(Progress(name, 1, 2, name))
        as_data(shown.text, "")


@given(NAMES)
def test_inspect(name: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        shown = Capture(patch)
        end = Endpoint(name, (1, 2))
        op = OperatorFacts(0, "ADD", "y", (1,), macs=0, parameters=0, filter=None)
        draw_inspected(
            Inspected(
                "m", (end,), (end,), {name: (0.0, 1.0)}, (op,), macs=0, parameters=0, weights=0
            )
        )
        as_data(shown.text, name)


def with_names(manifest: Manifest, name: str) -> Manifest:
    layers = tuple(layer.model_copy(update={"name": name}) for layer in manifest.layers)
    memory = tuple(block.model_copy(update={"name": name}) for block in manifest.memory)
    changed = {"layers": layers[:1], "memory": memory[:1], "model": name, "command": name}
    return manifest.model_copy(update=changed)


def shown_manifest(folder: Path) -> Manifest:
    return read_manifest(folder)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A result, to put other names into."""
    if shutil.which("arm-none-eabi-gcc") is None:
        pytest.skip("arm-none-eabi-gcc is not installed (apt-get install gcc-arm-none-eabi)")
    from mcuq.resources import example_dir

    digits, out = example_dir("digits"), tmp_path_factory.mktemp("names") / "out"
    data = str(digits / "search.npz")
    words = [str(digits / "digits_float32.tflite"), "--calibration", data, "-o", str(out)]
    assert main(["quantize", *words]) == 0
    return out


@pytest.mark.arm
def test_summary_report_and_explanation(folder: Path) -> None:
    from mcuq.cli.explain import _draw as draw_explained
    from mcuq.report.store import read_report

    report = read_report(folder)

    @given(NAMES)
    @settings(max_examples=40)
    def holds(name: str) -> None:
        manifest = with_names(report.manifest, name)
        with pytest.MonkeyPatch.context() as patch:
            shown = Capture(patch)
            shown.console.print(summary(manifest))
            as_data(shown.text, "")
            changed = dataclasses.replace(report, manifest=manifest)
            draw_explained(explain(changed, "0"), manifest)
            as_data(shown.text, "")

    holds()
    hostile = "</script><script>alert(1)</script><img src=x onerror=alert(1)>"
    manifest = with_names(report.manifest, hostile)
    page = report_html(manifest, report.front, report.config)
    assert "<script>alert" not in page
    assert "<img src=x" not in page


@pytest.mark.arm
@pytest.mark.parametrize("name", ["[/red]", "\x1b[31mx", "a\nb", ":fire:"])
def test_every_command_that_reads_a_result(
    name: str, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    shutil.copytree(folder, out)
    document = json.loads((out / "manifest.json").read_text())
    del document["digest"]
    for layer in document["layers"]:
        layer["name"] = name + layer["name"]
    document["model"] = name
    (out / "manifest.json").write_text(json.dumps(document))
    capsys.readouterr()
    for words in (["report"], ["explain", "0"], ["compare", str(folder)], ["profile"]):
        assert main([*words, str(out)]) == 0, words
        captured = capsys.readouterr()
        as_data(captured.out + captured.err, "")


@pytest.mark.parametrize("name", ["name_ansi.tflite", "name_markup_close.tflite"])
def test_the_hostile_models(
    name: str, cases: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = str(cases / "hostile" / name)
    for words in (
        ["inspect", model],
        ["emit", model, "-f", "mlir", "-o", str(tmp_path / "m.mlir")],
    ):
        code = main(words)
        captured = capsys.readouterr()
        assert code != 1, captured.err
        as_data(captured.out + captured.err, "")


def test_padding_is_blank_lines() -> None:
    from rich.padding import Padding

    with pytest.MonkeyPatch.context() as patch:
        shown = Capture(patch)
        shown.console.print(Padding("a", (1, 0)))
        assert [line.rstrip() for line in shown.text.splitlines()] == ["", "a", ""]
