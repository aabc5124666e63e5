"""A file is replaced on the disk, whole, or the earlier one stays; any write may fail."""

from __future__ import annotations

import errno
import os
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from mcuq_hil.durable import replace_file, sync_tree

FULL = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_content_is_on_the_disk_before_its_name_and_the_name_before_the_return(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, told = tmp_path / "file", []
    fsync, rename = os.fsync, Path.replace

    def synced(handle: int) -> None:
        told.append("folder" if Path(f"/proc/self/fd/{handle}").is_dir() else "content")
        fsync(handle)

    def renamed(self: Path, target: Path) -> Path:
        told.append("rename")
        return rename(self, target)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(Path, "replace", renamed)
    replace_file(path, b"new")
    assert told == ["content", "rename", "folder"]
    assert path.read_bytes() == b"new"


def test_a_link_is_replaced_not_followed(tmp_path: Path) -> None:
    (tmp_path / "theirs").write_text("theirs")
    (tmp_path / "file").symlink_to(tmp_path / "theirs")
    replace_file(tmp_path / "file", b"new")
    assert not (tmp_path / "file").is_symlink()
    assert (tmp_path / "theirs").read_text() == "theirs"


@pytest.mark.parametrize(("owner", "name"), [(os, "fsync"), (Path, "replace"), (Path, "open")])
@pytest.mark.parametrize("error", [FULL, KeyboardInterrupt()], ids=["full", "interrupted"])
def test_whatever_fails_leaves_the_earlier_file_alone(
    owner: object, name: str, error: BaseException, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "file"
    path.write_text("earlier")
    monkeypatch.setattr(owner, name, _raising(error))
    with pytest.raises(type(error)) as caught:
        replace_file(path, b"later")
    monkeypatch.undo()
    if isinstance(caught.value, OSError):
        assert caught.value.filename == str(path)
    assert {p.name: p.read_text() for p in tmp_path.iterdir()} == {"file": "earlier"}


def _raising(error: BaseException) -> Callable[..., object]:
    def fail(*_: object, **__: object) -> object:
        raise error

    return fail


@pytest.mark.parametrize("fits", [0, 1, 4095, 9_999])
def test_a_disk_that_fills_up_within_a_write(fits: int, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("earlier")
    code = (
        "import sys; from pathlib import Path; from mcuq_hil.durable import replace_file\n"
        "try:\n    replace_file(Path(sys.argv[1]), bytes(10_000))\n"
        "except OSError as error:\n    print(error.filename)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(path)],
        capture_output=True,
        text=True,
        check=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (fits, fits)),
    )
    assert done.stdout.strip() == str(path)
    assert {p.name: p.read_text() for p in tmp_path.iterdir()} == {"file": "earlier"}


def test_a_whole_folder_reaches_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "file").write_text("x")
    seen = set()
    monkeypatch.setattr(
        os, "fsync", lambda handle: seen.add(Path(f"/proc/self/fd/{handle}").readlink())
    )
    sync_tree(tmp_path)
    assert seen == {tmp_path, *tmp_path.rglob("*")}
