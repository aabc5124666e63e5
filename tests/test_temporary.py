"""Temporary folders: gone in the end, and named where they cannot be made or are full."""

from __future__ import annotations

import errno
import os
import tempfile
from pathlib import Path

import pytest

from mcuq.errors import InputError
from mcuq.temporary import temporary_folder


@pytest.fixture
def tmpdir_is(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.setattr(tempfile, "tempdir", None)
    return monkeypatch


def test_it_lies_below_tmpdir_and_goes(tmp_path: Path, tmpdir_is: pytest.MonkeyPatch) -> None:
    tmpdir_is.setenv("TMPDIR", str(tmp_path))
    with temporary_folder() as folder:
        (folder / "file").write_text("x")
        assert folder.parent == tmp_path
    assert list(tmp_path.iterdir()) == []


def test_a_full_one_is_named(tmp_path: Path, tmpdir_is: pytest.MonkeyPatch) -> None:
    tmpdir_is.setenv("TMPDIR", str(tmp_path))
    full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def probe(**_: object) -> object:
        raise full

    with (
        pytest.raises(InputError, match=f"no space left in {tmp_path}") as caught,
        temporary_folder(),
    ):
        tmpdir_is.setattr(tempfile, "TemporaryFile", probe)
        raise full
    assert "TMPDIR" in caught.value.hint


def test_another_disk_that_is_full_is_not_blamed_on_it(
    tmp_path: Path, tmpdir_is: pytest.MonkeyPatch
) -> None:
    tmpdir_is.setenv("TMPDIR", str(tmp_path))
    with pytest.raises(OSError, match="elsewhere"), temporary_folder():
        raise OSError(errno.ENOSPC, "No space left on device", "elsewhere")


def test_nowhere_to_make_one(tmpdir_is: pytest.MonkeyPatch) -> None:
    def nowhere() -> str:
        raise FileNotFoundError(errno.ENOENT, "No usable temporary directory found in [...]")

    tmpdir_is.setattr(tempfile, "gettempdir", nowhere)
    with (
        pytest.raises(InputError, match="No usable temporary directory") as caught,
        temporary_folder(),
    ):
        pass
    assert "TMPDIR" in caught.value.hint


def test_one_that_cannot_be_written(tmp_path: Path, tmpdir_is: pytest.MonkeyPatch) -> None:
    tmpdir_is.setattr(tempfile, "gettempdir", lambda: str(tmp_path / "missing"))
    with pytest.raises(InputError, match=str(tmp_path / "missing")), temporary_folder():
        pass
