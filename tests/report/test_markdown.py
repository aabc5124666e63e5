"""The summary for a pull request: every figure, every gate, and nothing of a name is markup."""

from __future__ import annotations

from pathlib import Path

import pytest

from mcuq.cli.main import main
from mcuq.pipeline.gates import Gates
from mcuq.report.gates import broken_gates
from mcuq.report.markdown import literal, summary
from mcuq.result.manifest import MANIFEST, Manifest


def changed(manifest: Manifest, **figures: object) -> Manifest:
    result = manifest.result.model_copy(update=figures)
    return manifest.model_copy(update={"result": result})


def rows(text: str) -> dict[str, list[str]]:
    lines = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| ")]
    return {line[0]: line[1:] for line in lines}


def test_figures_stand_beside_the_baseline_and_the_gate(manifest: Manifest) -> None:
    now = changed(manifest, flash_bytes=54_000, cycles_estimated=900_000)
    gates = Gates(max_flash=60_000, max_ram=12_000, most_cycles=1_000_000)
    text = summary(now, gates, broken_gates(now, gates), manifest)
    assert "❌" in text.splitlines()[0]
    assert "- RAM is 12,288, above the gate of 12,000" in text
    assert rows(text)["flash"] == ["58.6 KB", "52.7 KB", "-10.0 %", "58.6 KB"]
    assert rows(text)[r"cycles \(estimated\)"] == ["–", "900.00 k", "", "1.00 M"]


def test_without_a_baseline_there_is_one_column(manifest: Manifest) -> None:
    text = summary(manifest, Gates(min_accuracy=0.9), [])
    assert "✅" in text.splitlines()[0]
    assert rows(text)["top1"] == ["98.00 %", "0.9"]


def test_weights_that_differ_are_named(manifest: Manifest) -> None:
    first = manifest.layers[0].model_copy(update={"bits": 4, "method": "gptq"})
    other = manifest.model_copy(update={"layers": (first, *manifest.layers[1:])})
    assert "conv/Relu: int8 minmax → int4 gptq" in summary(other, Gates(), [], manifest)


@pytest.mark.parametrize("name", ["a|b", "<img>", "[x](y)", "`x`", "*x*", "a\nb", "\x1b[31m"])
def test_a_name_is_data(manifest: Manifest, name: str) -> None:
    text = summary(manifest.model_copy(update={"model": name}), Gates(), [])
    assert text.count("\n") == summary(manifest, Gates(), []).count("\n")
    assert "\x1b" not in text
    assert literal(name) in text


def test_no_name_mentions_a_user() -> None:
    assert "@someone" not in literal("model@someone")


@pytest.mark.parametrize(
    ("figures", "limit", "says"),
    [
        ({"cycles_estimated": 1001}, 1000, "cycles (estimated) is 1,001, above the gate of 1,000"),
        ({"cycles_estimated": 1000}, 1000, None),
        ({}, 1000, "cycles (estimated) was not measured, the gate asks for 1,000"),
    ],
)
def test_cycles_have_a_gate(
    manifest: Manifest, figures: dict[str, int], limit: int, says: str | None
) -> None:
    broken = broken_gates(changed(manifest, **figures), Gates(most_cycles=limit))
    assert broken == ([] if says is None else [says])


def test_measured_cycles_go_before_estimated_ones(manifest: Manifest) -> None:
    board = manifest.device.model_copy(update={"unit": "cycles", "emulated": False})
    measured = changed(manifest, instructions=None, cycles=5, cycles_estimated=10_000)
    measured = measured.model_copy(update={"device": board})
    assert broken_gates(measured, Gates(most_cycles=1000)) == []
    (broken,) = broken_gates(measured, Gates(most_cycles=4))
    assert broken == "cycles is 5, above the gate of 4"


def test_check_writes_it_whether_gates_hold_or_not(manifest: Manifest, tmp_path: Path) -> None:
    result, page = tmp_path / "manifest.json", tmp_path / "new" / "summary.md"
    result.write_text(MANIFEST.text(manifest), encoding="utf-8")
    assert main(["check", str(result), "--markdown", str(page)]) == 0
    assert "every gate holds" in page.read_text(encoding="utf-8")
    assert main(["check", str(result), "--max-flash", "1K", "--markdown", str(page)]) == 6
    assert "flash is 60,000, above the gate of 1,024" in page.read_text(encoding="utf-8")
