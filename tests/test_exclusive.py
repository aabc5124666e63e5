"""A second writer is refused in words; a killed one keeps nobody out."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from mcuq.errors import InputError, InUseError
from mcuq.exclusive import exclusive

HOLDING = """
import sys, time
from pathlib import Path
from mcuq.exclusive import exclusive
with exclusive(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(600)
"""


def test_a_second_one_is_refused_until_the_first_is_killed(tmp_path: Path) -> None:
    out = tmp_path / "out"
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDING, str(out)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    with pytest.raises(InUseError, match=f"{out} is being written") as caught, exclusive(out):
        pass
    assert caught.value.hint
    with exclusive(tmp_path / "other"):
        pass
    process.send_signal(signal.SIGKILL)
    process.wait()
    with exclusive(out):
        pass
    assert list(tmp_path.iterdir()) == []


def test_of_many_at_once_one_is_inside(tmp_path: Path) -> None:
    """Also while the lock's file comes and goes."""
    inside, most, done = [0], [0], [0]

    def work() -> None:
        while done[0] < 200:
            try:
                with exclusive(tmp_path / "out"):
                    inside[0] += 1
                    most[0] = max(most[0], inside[0])
                    inside[0] -= 1
                    done[0] += 1
            except InUseError:
                pass

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1]
    assert list(tmp_path.iterdir()) == []


def test_a_link_in_the_place_of_the_lock_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "theirs").write_text("theirs")
    (tmp_path / ".out.mcuq-lock").symlink_to(tmp_path / "theirs")
    with pytest.raises(InputError, match="cannot write"), exclusive(tmp_path / "out"):
        pass
    assert (tmp_path / "theirs").read_text() == "theirs"


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot write"), exclusive(tmp_path / "file" / "out"):
        pass
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
