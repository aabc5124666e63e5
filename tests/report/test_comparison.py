"""What `mcuq compare` reads: results, configurations, and what git has of them."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from mcuq.cli.main import main
from mcuq.errors import InputError, UsageError
from mcuq.report.comparison_page import comparison_page
from mcuq.report.git_history import at_commit
from mcuq.report.sides import read_sides
from mcuq.report.store import Report, write_report
from mcuq.result.manifest import MANIFEST


@pytest.fixture
def built(report: Report, tmp_path: Path) -> Path:
    folder = tmp_path / "out"
    folder.mkdir()
    write_report(report, folder)
    return folder


def git(folder: Path, *words: str) -> None:
    who = ["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", "-C", str(folder), *who, *words], check=True, capture_output=True)


@pytest.fixture
def history(report: Report, built: Path) -> Path:
    """Three commits; the flash grows from one to the next, and once more without one."""
    git(built, "init", "-q", "-b", "main")
    for flash in (50_000, 55_000, 60_000, 65_000):
        result = report.manifest.result.model_copy(update={"flash_bytes": flash})
        text = MANIFEST.text(report.manifest.model_copy(update={"result": result}))
        (built / "manifest.json").write_text(text)
        if flash < 65_000:
            git(built, "add", "manifest.json")
            git(built, "commit", "-q", "-m", str(flash))
    return built


def test_a_configuration_has_weights_alone(built: Path) -> None:
    result, config = read_sides([built, built / "config.json"])
    assert list(config.figures) == ["weights"]
    assert config.figures["weights"].value == 144
    assert "flash" in result.figures


def test_earlier_commits_come_first_oldest_first(history: Path) -> None:
    sides = read_sides([history], references=["main~2", "main~2..main"])
    assert [side.figures["flash"].value for side in sides] == [50_000, 55_000, 60_000, 65_000]
    assert sides[0].name == f"main~2:{history / 'manifest.json'}"


@pytest.mark.parametrize("reference", ["nowhere", "--output=x", "main..nowhere", "main..main"])
def test_what_git_has_not_is_one_line(history: Path, reference: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_sides([history], references=[reference])
    assert "\n" not in str(caught.value)
    assert not (history / "x").exists()


def test_no_repository_is_one_line(built: Path) -> None:
    with pytest.raises(UsageError, match="not a git repository"):
        at_commit(built, "HEAD")


def test_a_damaged_manifest_in_git_is_named_with_its_commit(history: Path) -> None:
    (history / "manifest.json").write_text("{")
    git(history, "add", "manifest.json")
    git(history, "commit", "-q", "-m", "damaged")
    with pytest.raises(InputError, match="at main"):
        at_commit(history, "main")


@pytest.mark.parametrize("names", [["out"], ["x.tflite", "out"], ["out", "x.tflite"]])
def test_what_cannot_be_compared_is_refused(built: Path, names: list[str]) -> None:
    with pytest.raises(UsageError):
        read_sides([built.parent / name for name in names])


def test_the_command_takes_any_number_and_writes_a_page(
    history: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "page.html"
    words = ["compare", str(history), str(history), str(history), "--html", str(page)]
    assert main([*words, "--baseline-ref", "main~2", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    flash = next(one for one in found["figures"] if one["name"] == "flash")
    assert flash["values"] == [50_000, 65_000, 65_000, 65_000]
    assert flash["verdicts"] == ["worse"] * 3
    assert "+30.0 %" in page.read_text()
    assert 'class="worse"' in page.read_text()
    assert main(["check", str(history), "--baseline-ref", "main"]) == 6
    assert "flash went from 58.6 KB to 63.5 KB" in capsys.readouterr().err


def test_names_with_markup_stay_text(report: Report, tmp_path: Path) -> None:
    folder = tmp_path / "<b>"
    folder.mkdir()
    write_report(report, folder)
    page = comparison_page(read_sides([folder, folder]))
    assert "<b>" not in page
    assert comparison_page(read_sides([folder, folder])) == page
