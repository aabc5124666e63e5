"""Emulators are judged by what they do, not by the wall's clock."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hil_samples import SMALL

from mcuq_hil import Session, load_board, open_session
from mcuq_hil.bench import boot_emulator
from mcuq_hil.emulator import effort
from mcuq_hil.emulator.effort import EffortClock
from mcuq_hil.errors import LinkTimeoutError

BOARD = load_board("stm32f746")
PATIENCE = 0.4
pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")


@contextlib.contextmanager
def pulses(process: subprocess.Popen[bytes], run: float, rest: float) -> Iterator[None]:
    """Let the process run for moments only, as on a computer with too much to do."""
    over = threading.Event()

    def disturb() -> None:
        while not over.wait(run):
            process.send_signal(signal.SIGSTOP)
            over.wait(rest)
            process.send_signal(signal.SIGCONT)

    thread = threading.Thread(target=disturb)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


@contextlib.contextmanager
def python(code: str) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None
        process.stdout.readline()
        yield process
    finally:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


def test_a_process_that_sleeps_spends_the_walls_time() -> None:
    with python("import time; print(flush=True); time.sleep(60)") as process:
        clock = EffortClock(process.pid)
        begin, wall = clock(), time.monotonic()
        while clock() - begin < 0.3 and time.monotonic() - wall < 30:
            time.sleep(0.01)
        assert clock() - begin >= 0.3


def test_a_process_that_is_stopped_spends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    with python("print(flush=True)\nwhile True: pass") as process:
        process.send_signal(signal.SIGSTOP)
        clock = EffortClock(process.pid)
        while clock._look() != (stopped := clock._look()):
            time.sleep(0.05)
        assert not stopped[1]
        begin = clock()
        time.sleep(0.3)
        assert clock() - begin < 0.1
        monkeypatch.setattr(effort, "PATIENCE", replace(effort.PATIENCE, stall=0.2))
        clock()
        time.sleep(0.2)
        assert clock() - begin >= 0.2, "stuck for good is noticed after all"


def test_a_process_that_computes_spends_its_processor_time() -> None:
    with python("print(flush=True)\nwhile True: pass") as process:
        clock = EffortClock(process.pid)
        wall = time.monotonic()
        while clock() < 0.2:
            time.sleep(0.01)
            assert time.monotonic() - wall < 300


def test_a_slow_emulator_is_waited_for(build_image) -> None:
    """It needs less than its patience of work, which takes it many times as long."""
    image = build_image("loop")
    port = boot_emulator(BOARD, image.elf)
    with Session(BOARD, image.elf, port, unit="instructions", clock=port.effort) as session:
        session.open()
        session._run_seconds = PATIENCE
        with pulses(port.process, 0.005, 0.1):
            begin = time.monotonic()
            result = session.count([(250_000).to_bytes(3, "little") + bytes(13)])
            gone = time.monotonic() - begin
    assert result.total > 500_000
    assert gone > 0.1, "it was really slow"


def test_a_stopped_emulator_goes_on_where_it_was(build_image) -> None:
    image = build_image("loop")
    port = boot_emulator(BOARD, image.elf)
    with Session(BOARD, image.elf, port, unit="instructions", clock=port.effort) as session:
        session.open()
        session._run_seconds = PATIENCE
        timer = threading.Timer(4 * PATIENCE, port.process.send_signal, [signal.SIGCONT])
        timer.start()
        port.process.send_signal(signal.SIGSTOP)
        assert session.count([bytes([7]) + bytes(15)]).total > 14
        timer.join()


def test_a_loop_without_end_is_noticed_on_a_slow_emulator_too(build_image) -> None:
    image = build_image("silent")
    port = boot_emulator(BOARD, image.elf)
    with Session(BOARD, image.elf, port, unit="instructions", clock=port.effort) as session:
        session.open()
        session._run_seconds = PATIENCE
        with pulses(port.process, 0.02, 0.02), pytest.raises(LinkTimeoutError, match="RUN"):
            session.run([SMALL])


def test_a_large_model_has_more_time(build_image) -> None:
    with open_session(BOARD, build_image("plus_one").elf, run_seconds=1.0) as session:
        session.expect(100_000_000)
        assert session._run_seconds == pytest.approx(21.0)
        session.unit = "cycles"
        session.expect(216_000_000)
        assert session._run_seconds == pytest.approx(9.0)


def test_what_a_busy_emulator_does_not_read_blocks_nobody(build_image) -> None:
    image = build_image("silent")
    port = boot_emulator(BOARD, image.elf)
    try:
        with Session(BOARD, image.elf, port, unit="instructions", clock=port.effort) as session:
            session.open()
            session._run_seconds = PATIENCE
            with pytest.raises(LinkTimeoutError, match="RUN"):
                session.run([SMALL])
            # Far more than a socket holds, to a firmware that never reads again.
            assert port.write(bytes(1 << 22)) == 1 << 22
    finally:
        port.close()
