"""A process killed while it replaces a result: the next one finds one whole result, and tidies."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from mcuq.errors import InUseError
from mcuq.report.directory import MARKER, written_atomically

KILLED = """
import os, shutil, signal, sys
from pathlib import Path
from mcuq.report.directory import written_atomically

calls, last = 0, int(sys.argv[2])

def counted(function):
    def call(*arguments, **named):
        global calls
        calls += 1
        if calls == last + 1:
            os.kill(os.getpid(), int(sys.argv[3]))
        return function(*arguments, **named)
    return call

for owner, name in ((Path, "rename"), (shutil, "rmtree"), (os, "fsync"), (os, "mkdir")):
    setattr(owner, name, counted(getattr(owner, name)))
with written_atomically(Path(sys.argv[1])) as folder:
    for name in ("manifest.json", "model.tflite"):
        (folder / name).write_text("new")
"""


def killed(target: Path, calls: int, number: signal.Signals) -> int:
    """The exit code of a write that is killed before a call to the file system."""
    command = [sys.executable, "-c", KILLED, str(target), str(calls), str(int(number))]
    return subprocess.run(command, capture_output=True, check=False).returncode


def contents(folder: Path) -> set[str]:
    return {path.read_text() for path in folder.iterdir()}


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
@pytest.mark.parametrize("has_earlier", [True, False])
def test_at_every_step(has_earlier: bool, number: signal.Signals, tmp_path: Path) -> None:
    target, steps = tmp_path / "out", 0
    while True:
        if has_earlier:
            with written_atomically(target) as folder:
                (folder / MARKER).write_text("earlier")
        code = killed(target, steps, number)
        if code == 0:
            break
        assert code == (-number if number == signal.SIGKILL else -signal.SIGINT)
        whole = contents(target) if target.exists() else None
        assert whole in ([{"earlier"}, {"new"}, None] if has_earlier else [{"new"}, None])
        if number == signal.SIGINT and has_earlier:
            assert whole is not None, "an interrupt is not a kill"
        if number == signal.SIGINT:
            # A lock that was just being taken is the next one's to remove.
            assert {path.name for path in tmp_path.iterdir()} <= {"out", ".out.mcuq-lock"}
        with pytest.raises(RuntimeError), written_atomically(target):
            raise RuntimeError
        assert [path.name for path in tmp_path.iterdir()] in (["out"], [])
        if has_earlier:
            assert contents(target) in ({"earlier"}, {"new"})
        if target.exists():
            for path in target.iterdir():
                path.unlink()
            target.rmdir()
        steps += 1
    assert steps >= (7 if has_earlier else 4)


def test_what_was_moved_aside_is_put_back_with_a_note(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    old = tmp_path / ".out.mcuq-old-abc" / "out"
    old.mkdir(parents=True)
    (old / MARKER).write_text("earlier")
    with pytest.raises(RuntimeError), written_atomically(tmp_path / "out"):
        raise RuntimeError
    assert contents(tmp_path / "out") == {"earlier"}
    assert "put back" in caplog.text
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_others_folders_stay(tmp_path: Path) -> None:
    for name in (".out.mcuq", ".other.mcuq-new-1", "out.mcuq-new-1", ".out-new-1"):
        (tmp_path / name).mkdir()
    before = {path.name for path in tmp_path.iterdir()}
    with written_atomically(tmp_path / "out") as folder:
        (folder / MARKER).write_text("new")
    assert {path.name for path in tmp_path.iterdir()} == before | {"out"}


def test_a_second_writer_is_refused(tmp_path: Path) -> None:
    with (
        written_atomically(tmp_path / "out"),
        pytest.raises(InUseError, match="being written by another process"),
        written_atomically(tmp_path / "out"),
    ):
        pass
