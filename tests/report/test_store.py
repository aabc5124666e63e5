"""Output directories: read back equal, written whole, never over somebody else's files."""

from __future__ import annotations

from pathlib import Path

import pytest

from mcuq.errors import InputError
from mcuq.report.directory import written_atomically
from mcuq.report.store import Report, read_manifest, read_report, write_report
from mcuq.result.manifest import Manifest


def test_what_is_written_reads_back_equal(report: Report, tmp_path: Path) -> None:
    write_report(report, tmp_path)
    assert read_report(tmp_path) == report
    assert read_manifest(tmp_path) == read_manifest(tmp_path / "manifest.json") == report.manifest


def test_the_manifest_holds_no_path_and_no_time(manifest: Manifest) -> None:
    assert "/" not in manifest.command
    assert not any("time" in name or "date" in name for name in Manifest.model_fields)


@pytest.mark.parametrize("text", ["", "{}", '{"format": 2}', "[1]"])
def test_other_files_are_input_errors(tmp_path: Path, text: str) -> None:
    (tmp_path / "manifest.json").write_text(text)
    with pytest.raises(InputError) as caught:
        read_manifest(tmp_path)
    assert "manifest.json" in caught.value.cause
    assert "\n" not in caught.value.cause


def test_a_directory_appears_whole(tmp_path: Path) -> None:
    target = tmp_path / "deep" / "out"
    with written_atomically(target) as staging:
        (staging / "manifest.json").write_text("1")
        assert not target.exists()
    assert (target / "manifest.json").read_text() == "1"
    with written_atomically(target) as staging:
        (staging / "manifest.json").write_text("2")
    assert (target / "manifest.json").read_text() == "2"
    assert [path.name for path in target.parent.iterdir()] == ["out"]


def test_a_failure_leaves_the_earlier_result(tmp_path: Path) -> None:
    target = tmp_path / "out"
    with written_atomically(target) as staging:
        (staging / "manifest.json").write_text("1")
    with pytest.raises(RuntimeError), written_atomically(target) as staging:
        (staging / "manifest.json").write_text("2")
        raise RuntimeError
    assert (target / "manifest.json").read_text() == "1"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_failure_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), written_atomically(tmp_path / "out"):
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []


def test_foreign_files_are_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("years of work")
    with pytest.raises(InputError, match="did not write"), written_atomically(tmp_path):
        pass
    assert (tmp_path / "thesis.tex").read_text() == "years of work"
    with pytest.raises(InputError, match="is a file"), written_atomically(tmp_path / "thesis.tex"):
        pass


def test_an_unwritable_parent_is_an_input_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with (
        pytest.raises(InputError, match="cannot write"),
        written_atomically(tmp_path / "file" / "below" / "out"),
    ):
        pass
