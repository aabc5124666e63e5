"""The whole way: image, emulated board, link, session."""

from __future__ import annotations

import threading

import pytest
from hil_samples import LARGE, SMALL, plus

from mcuq.compiler import FirmwareImage
from mcuq_hil import load_board, open_session
from mcuq_hil.bench import boot_emulator
from mcuq_hil.errors import (
    BoardError,
    DeviceFaultError,
    LinkLostError,
    LinkTimeoutError,
    NoHelloError,
    StackOverflowError,
    WrongImageError,
    WrongResultError,
)
from mcuq_hil.session import Session

pytestmark = pytest.mark.arm
BOARD = load_board("stm32f746")


def test_outputs_come_back(plus_one: FirmwareImage) -> None:
    with open_session(BOARD, plus_one.elf) as session:
        assert session.ready.build_id.hex() == plus_one.build_id
        for step in range(3):
            small, large = bytes([step] * 16), LARGE[step:] + LARGE[:step]
            assert session.run([small, large]) == [plus(small), plus(large)]


def test_the_device_describes_its_model(plus_one: FirmwareImage) -> None:
    with open_session(BOARD, plus_one.elf) as session:
        info = session.info
    assert (info.model, info.core_hz, info.layers) == ("plus one", BOARD.core_hz, 3)
    assert info.stack_bytes == plus_one.stack_bytes
    assert info.arena_bytes == 6032
    assert [(io.name, io.bytes, io.scale, io.zero_point) for io in info.inputs] == [
        ("small in", 16, 0.5, -3),
        ("large in", 3000, 0.125, 7),
    ]
    assert [(io.name, io.bytes) for io in info.outputs] == [("small out", 16), ("large out", 3000)]


def test_a_loop_counts_two_instructions_a_turn(build_image) -> None:
    image = build_image("loop")
    counts = {}
    with open_session(BOARD, image.elf) as session:
        for turns in (1, 1000, 1_000_000):
            result = session.count([turns.to_bytes(3, "little") + bytes(13)])
            assert result.unit == "instructions"
            counts[turns] = result.total
    assert counts[1000] - counts[1] == 2 * 999
    assert counts[1_000_000] - counts[1] == 2 * 999_999


def test_counts_are_the_same_every_time(plus_one: FirmwareImage) -> None:
    totals = set()
    for _ in range(2):
        with open_session(BOARD, plus_one.elf) as session:
            totals |= {session.count([SMALL, LARGE]) for _ in range(3)}
    assert len(totals) == 1


def test_a_counted_run_computes_the_same(plus_one: FirmwareImage) -> None:
    with open_session(BOARD, plus_one.elf) as session:
        outputs, _ = session.run_counted([SMALL, LARGE])
        assert outputs == session.run([SMALL, LARGE]) == [plus(SMALL), plus(LARGE)]


def test_layers_are_counted_one_by_one(build_image) -> None:
    image = build_image("plus_one", profile=True)
    with open_session(BOARD, image.elf) as session:
        counts = session.count([SMALL, LARGE])
    small, large, nothing = counts.layers
    assert nothing < 20
    assert large > 50 * small
    assert small + large + nothing <= counts.total


@pytest.mark.parametrize("layers", [1, 256, 300])
def test_an_image_can_mark_as_many_layers_as_the_model_has(build_image, layers: int) -> None:
    image = build_image("plus_one", profile=layers)
    with open_session(BOARD, image.elf) as session:
        assert session.info.layer_capacity == max(256, layers)


def test_high_water_marks(plus_one: FirmwareImage) -> None:
    with open_session(BOARD, plus_one.elf) as session:
        assert session.arena_high_water([SMALL, bytes(2999) + b"\x01"]) == 6032
        assert 0 < session.stack_high_water() <= plus_one.stack_bytes


def test_echo_and_reset(plus_one: FirmwareImage) -> None:
    with open_session(BOARD, plus_one.elf) as session:
        boot = session.ready.boot
        for size in (0, 1, 254, 255, session.ready.chunk):
            assert session.echo(LARGE[:size]) == LARGE[:size]
        session.reset()
        assert session.ready.boot == boot + 1
        assert session.run([SMALL, LARGE]) == [plus(SMALL), plus(LARGE)]


def test_wrong_inputs_are_refused(plus_one: FirmwareImage) -> None:
    with open_session(BOARD, plus_one.elf) as session, pytest.raises(BoardError, match="3000"):
        session.run([SMALL, LARGE[1:]])


def test_a_hard_fault_names_function_and_address(build_image) -> None:
    image = build_image("hard_fault")
    with open_session(BOARD, image.elf) as session:
        with pytest.raises(DeviceFaultError, match=r"in run.*0x70000000") as caught:
            session.run([SMALL])
        assert caught.value.registers["bfar"] == 0x7000_0000
        assert session.ready.boot == 2
        assert session.echo(b"alive") == b"alive"


def test_an_undefined_instruction_is_named(build_image) -> None:
    image = build_image("undefined")
    with (
        open_session(BOARD, image.elf) as session,
        pytest.raises(DeviceFaultError, match="undefined instruction"),
    ):
        session.run([SMALL])


def test_a_stack_overflow_is_told_from_other_faults(build_image) -> None:
    image = build_image("stack_overflow", stack_bytes=1024)
    with (
        open_session(BOARD, image.elf) as session,
        pytest.raises(StackOverflowError, match="overflowed its stack"),
    ):
        session.run([SMALL])


def test_another_build_is_the_wrong_image(build_image, plus_one: FirmwareImage) -> None:
    port = boot_emulator(BOARD, build_image("wrong").elf)
    with (
        Session(BOARD, plus_one.elf, port, unit="instructions") as session,
        pytest.raises(WrongImageError, match="runs build"),
    ):
        session.open()


def test_a_firmware_that_computes_for_ever_times_out(build_image) -> None:
    image = build_image("silent")
    with (
        open_session(BOARD, image.elf, run_seconds=0.5) as session,
        pytest.raises(LinkTimeoutError, match="no answer to RUN"),
    ):
        session.run([SMALL])


def test_a_firmware_that_never_speaks_gives_no_hello(build_image, tmp_path) -> None:
    """The image is loaded, its vectors point to a loop that touches no UART."""
    image = build_image("plus_one")
    content = bytearray(image.elf.read_bytes())
    start = content.index(image.bin.read_bytes()[:64])
    entry = int.from_bytes(content[start + 4 : start + 8], "little") & ~1
    at = start + entry - BOARD.flash.origin
    content[at : at + 2] = b"\xfe\xe7"  # b .
    mute = tmp_path / "mute.elf"
    mute.write_bytes(content)
    port = boot_emulator(BOARD, mute)
    with (
        Session(BOARD, image.elf, port, unit="instructions") as session,
        pytest.raises(NoHelloError, match="nothing on the port"),
    ):
        session.open(hello_seconds=0.5)


def test_a_wrong_result_says_where(build_image) -> None:
    image = build_image("wrong")
    with (
        open_session(BOARD, image.elf) as session,
        pytest.raises(WrongResultError, match="1 of 16 bytes, first at 5"),
    ):
        session.check([SMALL], [plus(SMALL)])


def test_a_killed_emulator_is_a_lost_link(plus_one: FirmwareImage) -> None:
    with open_session(BOARD, plus_one.elf) as session:
        session._transport.kill()
        with pytest.raises(LinkLostError, match="went away"):
            session.run([SMALL, LARGE])


def test_a_pressed_reset_is_a_lost_link_and_a_new_session(plus_one: FirmwareImage) -> None:
    with open_session(BOARD, plus_one.elf) as session:
        session.run([SMALL, LARGE])
        session._transport.press_reset()
        with pytest.raises(LinkLostError, match="reset"):
            for _ in range(1000):
                session.run([SMALL, LARGE])
        session.open()
        assert session.run([SMALL, LARGE]) == [plus(SMALL), plus(LARGE)]


def test_a_reset_ends_a_long_computation(build_image) -> None:
    """Four thousand million turns, which touch no peripheral."""
    with open_session(BOARD, build_image("loop").elf) as session:
        timer = threading.Timer(0.3, session._transport.press_reset)
        timer.start()
        with pytest.raises(LinkLostError, match="reset"):
            session.run([bytes(16)])
        timer.join()
        session.open()
        assert len(session.run([b"\1" + bytes(15)])[0]) == 16
