"""An image of several models: each described, run and measured by itself; hosts and images that
know of one model only still understand each other."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hil_samples import LARGE, SMALL, plus

from mcuq.compiler import FirmwareImage, build_firmware
from mcuq_hil import load_board, open_session
from mcuq_hil.errors import BoardError, RefusedError
from mcuq_hil.link import Ready
from mcuq_hil.protocol import messages as m
from mcuq_hil.session import Session

pytestmark = pytest.mark.arm
BOARD = load_board("stm32f746")
MODELS = Path(__file__).parent / "models"
BYTES = bytes(range(100, 124))


def minus(data: bytes) -> bytes:
    return bytes((value - 1) & 0xFF for value in data)


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> FirmwareImage:
    """plus_one, called as an image's only model is, and minus_one."""
    work = tmp_path_factory.mktemp("both")
    (work / "model").mkdir()
    for name in ("plus_one", "minus_one"):
        shutil.copy(MODELS / f"{name}.c", work / "model")
    return build_firmware(BOARD, work / "model", work / "out")


@pytest.fixture
def session(both: FirmwareImage) -> Iterator[Session]:
    with open_session(BOARD, both.elf) as opened:
        yield opened


def test_each_is_described_and_run_by_itself(session: Session) -> None:
    assert session.ready.models == 2
    # In the order of their names: minus_one, model.
    assert (session.info.model, session.info.arena_bytes) == ("minus_one", 96)
    assert session.run([BYTES]) == [minus(BYTES)]
    info = session.select(1)
    assert (info.model, info.layers, len(info.inputs)) == ("plus one", 3, 2)
    assert session.info == info
    assert session.run([SMALL, LARGE]) == [plus(SMALL), plus(LARGE)]
    with pytest.raises(BoardError, match="inputs of"):
        session.run([BYTES])
    session.select(0)
    assert session.run([BYTES]) == [minus(BYTES)]


def test_each_is_measured_by_itself(session: Session) -> None:
    assert session.arena_high_water([BYTES]) == 48
    few = session.count([BYTES])
    session.select(1)
    assert session.arena_high_water([SMALL, LARGE]) == 6032
    assert session.count([SMALL, LARGE]).total > 50 * few.total


def test_a_new_session_begins_with_the_first(session: Session) -> None:
    session.select(1)
    session.open()
    assert session.info.model == "minus_one"
    assert session.run([BYTES]) == [minus(BYTES)]


@pytest.mark.parametrize("model", [-1, 2, 65_535])
def test_there_is_no_other(session: Session, model: int) -> None:
    with pytest.raises(BoardError, match=f"no model {model}: 2 in all"):
        session.select(model)
    assert session.run([BYTES]) == [minus(BYTES)]


def test_the_device_refuses_it_too(session: Session) -> None:
    with pytest.raises(RefusedError):
        session._link.exchange(m.SELECT, model=2)
    assert session.run([BYTES]) == [minus(BYTES)]


def test_one_model_says_hello_as_ever(
    plus_one: FirmwareImage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Hosts from before know nothing of the flags' upper half: it is 0. Images from before know no
    SELECT: none is sent to an image of one model."""
    with open_session(BOARD, plus_one.elf) as session:
        assert session.ready.flags == 0
        exchange = session._link.exchange

        def as_before(message: m.Message, **fields: object) -> object:
            assert message is not m.SELECT
            return exchange(message, **fields)  # type: ignore[arg-type]

        monkeypatch.setattr(session._link, "exchange", as_before)
        assert session.select(0).model == "plus one"
        with pytest.raises(BoardError, match="1 in all"):
            session.select(1)


def test_ready_tells_faults_and_models_apart() -> None:
    flags = m.READY_FAULT | m.READY_PROFILE | 2 << m.READY_MORE_MODELS_SHIFT
    ready = Ready(1, 256, 0, flags, bytes(16))
    assert (ready.has_fault, ready.has_profile, ready.models) == (True, True, 3)
    assert Ready(1, 256, 0, 0, bytes(16)).models == 1
