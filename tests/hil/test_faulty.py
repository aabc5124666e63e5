"""A link that loses, damages, repeats, delays and invents bytes: right bytes or a typed error."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from hil_samples import LARGE, SMALL, plus

from mcuq.compiler import FirmwareImage
from mcuq_hil import Session, load_board
from mcuq_hil.bench import boot_emulator
from mcuq_hil.errors import HilError, LinkLostError
from mcuq_hil.faulty import FAULTS, FaultyTransport

pytestmark = pytest.mark.arm
BOARD = load_board("stm32f746")


def open_faulty(image: FirmwareImage, rate: float, seed: int) -> tuple[Session, FaultyTransport]:
    port = FaultyTransport(boot_emulator(BOARD, image.elf), rate=rate, seed=seed)
    session = Session(BOARD, image.elf, port, unit="instructions")
    session.open(hello_seconds=20)
    return session, port


def exchange_many(session: Session, count: int, seed: int) -> Counter[str]:
    """Echoes of random bytes and, now and then, a whole inference; anything wrong fails."""
    chance = random.Random(seed)
    seen: Counter[str] = Counter()
    for turn in range(count):
        try:
            if turn % 50 == 0:
                outputs = session.run([SMALL, LARGE])
                assert outputs == [plus(SMALL), plus(LARGE)]
            else:
                data = chance.randbytes(chance.randrange(200))
                assert session.echo(data) == data
            seen["right"] += 1
        except HilError as error:
            seen[type(error).__name__] += 1
    return seen


@pytest.mark.parametrize(("rate", "count"), [(0.01, 300), (0.1, 60)])
def test_a_bad_link_gives_right_bytes_or_a_typed_error(
    plus_one: FirmwareImage, rate: float, count: int
) -> None:
    session, port = open_faulty(plus_one, rate, seed=1)
    with session:
        seen = exchange_many(session, count, seed=2)
    assert sum(seen.values()) == count
    assert seen["right"] >= 0.99 * count
    assert port.faults > 0


@pytest.mark.slow
@pytest.mark.parametrize(("rate", "count"), [(0.01, 10_000), (0.1, 1_000)])
def test_a_bad_link_for_long(plus_one: FirmwareImage, rate: float, count: int) -> None:
    session, port = open_faulty(plus_one, rate, seed=3)
    with session:
        seen = exchange_many(session, count, seed=4)
    assert sum(seen.values()) == count
    assert seen["right"] >= 0.999 * count
    assert port.faults > rate * count


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_each_fault_alone_is_survived(
    plus_one: FirmwareImage, fault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mcuq_hil.faulty.FAULTS", (fault,))
    session, port = open_faulty(plus_one, rate=0.1, seed=5)
    with session:
        assert session.run([SMALL, LARGE]) == [plus(SMALL), plus(LARGE)]
        while port.faults == 0:
            assert session.echo(SMALL) == SMALL


def test_the_hello_of_the_last_start_may_come_late_again(plus_one: FirmwareImage) -> None:
    port = boot_emulator(BOARD, plus_one.elf)
    port.timeout = 10
    first = b""
    while not first.endswith(b"\0"):
        first += port.read(1)
    session = Session(BOARD, plus_one.elf, port, unit="instructions")
    with session:
        session.open()
        port._buffer += first
        assert session.run([SMALL, LARGE]) == [plus(SMALL), plus(LARGE)]


def test_without_faults_nothing_is_changed_or_repeated(plus_one: FirmwareImage) -> None:
    session, port = open_faulty(plus_one, rate=0.0, seed=0)
    with session:
        assert exchange_many(session, 100, seed=1) == {"right": 100}
    assert port.faults == 0


def test_the_same_seed_gives_the_same_faults() -> None:
    class Still:
        timeout = None
        in_waiting = 0

        def __init__(self) -> None:
            self.written: list[bytes] = []

        def write(self, data: bytes) -> int:
            self.written.append(data)
            return len(data)

    def record() -> list[bytes]:
        still = Still()
        port = FaultyTransport(still, rate=0.5, seed=7)
        for turn in range(50):
            port._pass("out", bytes([turn]) * 9)
        return sorted(data for _, _, data in port._ways["out"]._blocks)

    assert record() == record()


@pytest.mark.parametrize("how", ["kill", "press_reset"])
def test_an_emulator_lost_in_mid_transfer_is_noticed(plus_one: FirmwareImage, how: str) -> None:
    port = boot_emulator(BOARD, plus_one.elf)
    writes = 0
    plain_write = port.write

    def write_and_break(data: bytes) -> int:
        nonlocal writes
        writes += 1
        if writes == 3:
            getattr(port, how)()
        return plain_write(data)

    session = Session(BOARD, plus_one.elf, port, unit="instructions")
    session.open()
    port.write = write_and_break
    with session, pytest.raises(LinkLostError):
        for _ in range(100):
            session.run([SMALL, LARGE])
    fresh = Session(BOARD, plus_one.elf, boot_emulator(BOARD, plus_one.elf), unit="instructions")
    fresh.open()
    with fresh:
        assert fresh.run([SMALL, LARGE]) == [plus(SMALL), plus(LARGE)]
