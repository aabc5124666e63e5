"""What comes from outside (USB descriptors, board files, link names) is data, never an order."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mcuq_hil import load_board
from mcuq_hil.boards.registry import boards_dir, read_board
from mcuq_hil.errors import BoardError, HilError, PortError
from mcuq_hil.farm.config import read_farm
from mcuq_hil.flashers import FLASHERS
from mcuq_hil.flashers.choose import log_path
from mcuq_hil.hardware import Attachment
from mcuq_hil.locks import device_of, lock_dir, locked

BOARD = load_board("stm32f746")


@pytest.fixture(autouse=True)
def own_locks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "runtime"))


OTHER = "some-other-serial-number"


@given(st.one_of(st.text(), st.text(alphabet="ab7.-_ ;[]{}$\\\"'\n/", max_size=70)))
@example("x; exec touch owned")
@example("0671FF485550755187121537")
@example("--port")
@example("reset")
@example("a" * 65)
@example("0670\n")
def test_a_serial_number_is_one_harmless_word_or_refused(serial_number: str) -> None:
    harmless = re.fullmatch(r"[A-Za-z0-9._-]{1,64}", serial_number)
    try:
        Attachment("/dev/ttyACM0", serial_number=serial_number)
    except PortError as error:
        assert "\n" not in str(error)
        assert not harmless or serial_number.startswith("-")
        return
    assert harmless
    assert log_path(BOARD, serial_number).parent == log_path(BOARD, None).parent
    for flasher in FLASHERS.values():
        words, others = (
            [word for part in flasher.commands(BOARD, each)[0] for word in part.split()]
            for each in (serial_number, OTHER)
        )
        changed = [pair for pair in zip(words, others, strict=True) if pair[0] != pair[1]]
        assert changed == [(serial_number, OTHER)] * (serial_number != OTHER)


def test_a_farm_takes_no_serial_number_that_is_none(tmp_path: Path) -> None:
    file = tmp_path / "hil.toml"
    file.write_text('[[place]]\nboard = "stm32f746"\nserial_number = "x; exec touch owned"\n')
    with pytest.raises(BoardError, match="serial_number"):
        read_farm(file)


HOSTILE = {
    "title": '"one line\\nanother"',
    "part": '"\\u001b[2J"',
    "port": '"../../elsewhere"',
    "uart.driver": '"../../../uart"',
    "uart.name": '"\\u202eeman"',
    "probe.openocd": '["board/x.cfg", "exec touch owned"]',
    "probe.pyocd": '"--script=owned.py"',
    "probe.uf2_volume": '"../*"',
    "emulator.machine": '"virt -chardev file,id=x,path=owned"',
}


@pytest.mark.parametrize("key", HOSTILE)
def test_a_board_file_orders_nothing(key: str, tmp_path: Path) -> None:
    lines = (boards_dir() / "mps2-an386.toml").read_text().splitlines()
    table, _, name = key.rpartition(".")
    if key == "emulator.machine":
        lines = [line for line in lines if not line.startswith("emulator")]
        lines.insert(0, f'emulator = {{ engine = "qemu", machine = {HOSTILE[key]} }}')
    else:
        lines = [line for line in lines if not line.startswith(f"{name} =")]
        if table and f"[{table}]" not in lines:
            lines.append(f"[{table}]")
        lines.insert(lines.index(f"[{table}]") + 1 if table else 0, f"{name} = {HOSTILE[key]}")
    file = tmp_path / "board.toml"
    file.write_text("\n".join(lines))
    with pytest.raises(BoardError, match=re.escape(f"{key}")) as caught:
        read_board(file)
    assert "\n" not in str(caught.value)


def test_a_board_files_name_names_files(tmp_path: Path) -> None:
    file = tmp_path / "a b;c.toml"
    file.write_bytes((boards_dir() / "stm32f746.toml").read_bytes())
    with pytest.raises(BoardError, match="only letters, digits"):
        read_board(file)


def test_a_device_has_one_lock_by_all_its_names(tmp_path: Path) -> None:
    link = tmp_path / "by-id"
    link.symlink_to("/dev/null")
    assert device_of(str(link)) == device_of("/dev/null") != device_of("/dev/zero")
    assert device_of("socket://host:1") == "socket://host:1"
    with (
        locked(device_of(str(link))),
        pytest.raises(PortError, match="in use by process"),
        locked(device_of("/dev/null")),
    ):
        pass


@given(st.text(min_size=1))
def test_any_name_can_be_locked_and_stays_in_the_folder(name: str) -> None:
    with locked(name):
        assert all(path.parent == lock_dir() for path in lock_dir().rglob("*"))


def test_what_a_link_names_is_not_touched(tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.write_text("kept")
    with locked("probe"):
        pass
    for path in list(lock_dir().iterdir()):
        path.unlink()
        path.symlink_to(precious)
    try:
        with locked("probe"):
            pass
    except HilError as error:
        assert "cannot lock" in str(error)
    assert precious.read_text() == "kept"


@pytest.mark.parametrize("how", ["link", "file", "writable"])
def test_a_folder_that_others_may_write_is_refused(how: str, tmp_path: Path) -> None:
    folder = lock_dir()
    folder.parent.mkdir()
    if how == "link":
        (tmp_path / "elsewhere").mkdir()
        folder.symlink_to(tmp_path / "elsewhere")
    elif how == "file":
        folder.write_text("")
    else:
        folder.mkdir()
        folder.chmod(0o777)
    with pytest.raises(PortError, match="this user"), locked("probe"):
        pass
    assert not list(tmp_path.glob("elsewhere/*"))
