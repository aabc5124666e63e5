"""What a killed process left is removed by the next one; what a living one uses is not."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from mcuq_hil.leftovers import fresh_name, scratch_folder, sweep

needs_proc = pytest.mark.skipif(
    not Path("/proc/self/stat").is_file(), reason="no /proc: nothing is swept"
)
HOLDING = """
import sys, time
from pathlib import Path
from mcuq_hil.leftovers import fresh_name, scratch_folder
with scratch_folder(Path(sys.argv[1])) as folder:
    (folder / "file").write_text("x")
    (Path(sys.argv[1]) / f".{fresh_name()}").write_text("half")
    print(folder, flush=True)
    time.sleep(600)
"""


def holder(where: Path) -> tuple[subprocess.Popen[str], Path]:
    command = [sys.executable, "-c", HOLDING, str(where)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    return process, Path(process.stdout.readline().strip())


@needs_proc
def test_a_killed_process_leaves_its_folder_to_the_next(tmp_path: Path) -> None:
    process, folder = holder(tmp_path)
    sweep(tmp_path)
    assert (folder / "file").is_file(), "it is in use"
    process.send_signal(signal.SIGKILL)
    # Also where nobody waits for the process, which is a zombie then.
    while Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z":
        pass
    sweep(tmp_path)
    assert list(tmp_path.iterdir()) == []
    process.wait()


def test_it_goes_in_the_end(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), scratch_folder(tmp_path) as folder:
        (folder / "file").write_text("x")
        assert folder.stat().st_mode & 0o777 == 0o700
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []


def _dead_name() -> str:
    """As of a process of this number that started at another time."""
    word, space, process, start, end = fresh_name().split("-")
    return "-".join((word, space, process, str(int(start) + 1), end))


@needs_proc
def test_only_names_of_this_kind_and_no_links(tmp_path: Path) -> None:
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    (theirs / "file").write_text("x")
    names = ("mcuq-notes", "mcuq-1-2-3", "mcuq.toml", f"{_dead_name()}.txt", f"x{_dead_name()}")
    for name in names:
        (tmp_path / name).write_text("mine")
    (tmp_path / _dead_name()).symlink_to(theirs)
    strange = _dead_name().split("-")
    (tmp_path / "-".join((strange[0], "abc0", *strange[2:]))).mkdir()
    kept = {path.name for path in tmp_path.iterdir()}
    (tmp_path / _dead_name()).mkdir()
    (tmp_path / f".{_dead_name()}").write_text("half")
    sweep(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == kept
    assert (theirs / "file").is_file()


@pytest.mark.skipif(os.name != "posix" or os.getuid() != 0, reason="needs root to be another user")
def test_what_is_another_users_stays(tmp_path: Path) -> None:
    other = tmp_path / _dead_name()
    other.mkdir()
    os.chown(other, 65534, 65534)
    sweep(tmp_path)
    assert other.is_dir()


def test_no_such_folder_is_no_error(tmp_path: Path) -> None:
    sweep(tmp_path / "missing")
