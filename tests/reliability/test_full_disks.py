"""Disks that are full or read-only: the message names the one that is; a cache is only a note."""

from __future__ import annotations

import contextlib
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from mcuq.atomic_write import check_writable, write_arrays, write_atomically
from mcuq.compiler.compile import Unit, compile_units
from mcuq.errors import InputError
from mcuq.exclusive import exclusive
from mcuq.report.directory import MARKER, written_atomically
from mcuq.search import ScoreLog
from mcuq.temporary import temporary_folder

Mount = Callable[[str], Path]
UseTmpdir = Callable[[Path], None]
SMALL = "size=64k"
LARGE = bytes(100_000)


def read_only(folder: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", str(folder)], check=True)


def fill(folder: Path) -> None:
    with contextlib.suppress(OSError):
        (folder / "filling").write_bytes(bytes(1 << 20))


def test_an_output_that_does_not_fit(mounted: Mount) -> None:
    target = mounted(SMALL) / "out"
    with written_atomically(target) as folder:
        (folder / MARKER).write_text("earlier")
    with (
        pytest.raises(InputError, match=f"no space left on the disk to write {target}"),
        written_atomically(target) as folder,
    ):
        (folder / "model.tflite").write_bytes(LARGE)
    assert (target / MARKER).read_text() == "earlier"
    assert [path.name for path in target.parent.iterdir()] == ["out"]


@pytest.mark.parametrize("inodes", range(2, 8))
def test_an_output_for_which_there_are_too_few_files(inodes: int, mounted: Mount) -> None:
    target = mounted(f"{SMALL},nr_inodes={inodes}") / "out"
    try:
        with written_atomically(target) as folder:
            (folder / MARKER).write_text("new")
            (folder / "other").write_text("new")
    except InputError as error:
        assert str(target) in str(error)
        assert list(target.parent.iterdir()) == []
    else:
        assert inodes >= 5
        assert [path.name for path in target.parent.iterdir()] == ["out"]


def test_a_read_only_output(mounted: Mount) -> None:
    folder = mounted(SMALL)
    read_only(folder)
    for write in (
        lambda: write_atomically(folder / "file", "text"),
        lambda: write_arrays(folder / "file.npz", {"x": np.zeros(1)}),
        lambda: check_writable(folder / "file"),
        lambda: exclusive(folder / "out").__enter__(),
        lambda: written_atomically(folder / "out").__enter__(),
    ):
        with pytest.raises(InputError, match=f"cannot write {folder}/.*Read-only") as caught:
            write()
        assert "--output" in caught.value.hint


def test_a_file_that_does_not_fit(mounted: Mount) -> None:
    path = mounted(SMALL) / "file"
    write_atomically(path, "earlier")
    with pytest.raises(InputError, match=f"cannot write {path}: No space left"):
        write_atomically(path, LARGE)
    assert [p.name for p in path.parent.iterdir()] == ["file"]
    assert path.read_text() == "earlier"


def test_a_score_log_that_cannot_grow_is_named_and_goes_on_later(mounted: Mount) -> None:
    path = mounted("size=16k") / "log"
    genomes = [(index, index) for index in range(400)]

    def score(some: object, rung: int) -> list[float]:
        return [0.5 * sum(genome) for genome in some]  # type: ignore[attr-defined]

    log = ScoreLog(path, "f", score)
    with pytest.raises(InputError, match=f"cannot write {path}: No space left") as caught:
        log(genomes, 0)
    assert "goes on" in caught.value.hint
    subprocess.run(["mount", "-o", "remount,size=1m", str(path.parent)], check=True)
    again = ScoreLog(path, "f", score)
    assert again.replayed > 50
    assert again(genomes, 0) == score(genomes, 0)


def test_a_log_that_cannot_be_begun_is_a_note(
    mounted: Mount, caplog: pytest.LogCaptureFixture
) -> None:
    folder = mounted(SMALL)
    read_only(folder)
    log = ScoreLog(folder / "log", "f", lambda some, rung: [1.0 for _ in some])
    assert log([(1, 2)], 0) == [1.0]
    assert f"cannot write {folder}/log" in caplog.text


@pytest.fixture
def unit(tmp_path: Path) -> Unit:
    source = tmp_path / "a.c"
    source.write_text("const char a[30000] = {1};\n")
    return Unit("a.c", source, (), ("-mcpu=cortex-m4", "-mthumb", "-O2"))


@pytest.mark.arm
@pytest.mark.parametrize("how", ["full", "read-only", "a file"])
def test_a_cache_that_cannot_be_written_is_a_note(
    how: str,
    unit: Unit,
    mounted: Mount,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "well"))
    wanted = compile_units([unit])
    cache = tmp_path / "file" if how == "a file" else mounted(SMALL)
    if how == "a file":
        cache.write_text("")
    else:
        fill(cache)
    if how == "read-only":
        read_only(cache)
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache))
    assert compile_units([unit]) == wanted
    assert compile_units([unit]) == wanted
    (note,) = {record.getMessage() for record in caplog.records}
    assert str(cache) in note


@pytest.mark.arm
def test_a_full_tmpdir_is_named_whoever_writes_there(
    unit: Unit,
    mounted: Mount,
    tmp_path: Path,
    tmpdir_is: UseTmpdir,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    folder = mounted("size=16k")
    tmpdir_is(folder)
    with pytest.raises(InputError, match=f"no space left in {folder}") as caught:
        compile_units([unit])
    assert "TMPDIR" in caught.value.hint
    with (
        pytest.raises(InputError, match=f"no space left in {folder}"),
        temporary_folder() as scratch,
    ):
        (scratch / "file").write_bytes(LARGE)
    assert list(folder.iterdir()) == []
    fill(folder)
    with pytest.raises(InputError, match=str(folder)), temporary_folder() as scratch:
        (scratch / "file").write_bytes(LARGE)


def test_a_full_output_is_not_blamed_on_tmpdir(mounted: Mount) -> None:
    target = mounted(SMALL) / "out"
    with (
        pytest.raises(InputError, match=f"to write {target}"),
        written_atomically(target) as folder,
        temporary_folder(),
    ):
        (folder / "file").write_bytes(LARGE)
