"""A file appears whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from mcuq.atomic_write import write_atomically
from mcuq.errors import InputError


def test_text_and_bytes_replace_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "new" / "file"
    write_atomically(path, "é\n")
    assert path.read_bytes() == "é\n".encode()
    write_atomically(path, b"\x00\x01")
    assert [p.name for p in path.parent.iterdir()] == ["file"]
    assert path.read_bytes() == b"\x00\x01"


def test_a_full_disk_leaves_the_earlier_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "file"
    path.write_text("earlier")

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(InputError, match="No space left on device"):
        write_atomically(path, "later")
    assert [p.name for p in tmp_path.iterdir()] == ["file"]
    assert path.read_text() == "earlier"


def test_a_file_where_a_folder_should_be_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot write"):
        write_atomically(tmp_path / "file" / "below", "text")
