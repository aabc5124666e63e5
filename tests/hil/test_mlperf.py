"""MLPerf Tiny's serial protocol, spoken by the firmware and by the bench."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import serial

from mcuq.compiler import FirmwareImage
from mcuq.mlperf.benchmarks import Benchmark
from mcuq.mlperf.image import mlperf_runner
from mcuq_hil import load_board
from mcuq_hil.bench import boot_emulator
from mcuq_hil.emulator.bridge import behind_pty
from mcuq_hil.errors import RefusedError
from mcuq_hil.mlperf import MlperfDevice

BYTES = Benchmark("t", "a test", "ic01", 8, "u8", 8, scale=0.5, zero_point=2)
SIGNED = Benchmark("t", "a test", "kws01", 8, "s8", 8, scale=4.0, zero_point=-1)
REALS = Benchmark("t", "a test", "ad01", 8, "f32", 8, reconstructs=True)
STEP, ZERO = 2.0, -3
"""Of the model's input, in models/eights.c; the output's are 0.125 and 4."""

Open = Callable[..., MlperfDevice]


@pytest.fixture
def opened(build_image: Callable[..., FirmwareImage]) -> Iterator[Open]:
    ports = []

    def open_device(
        benchmark: Benchmark, board: str = "stm32f746", *, steady: bool = False
    ) -> MlperfDevice:
        image = build_image("eights", board, runner=mlperf_runner(benchmark))
        port = boot_emulator(load_board(board), image.elf, steady=steady)
        port.timeout = 60.0
        ports.append(port)
        device = MlperfDevice(port)
        device.answer("the start")
        return device

    yield open_device
    for port in ports:
        port.close()


def computed(real: np.ndarray) -> np.ndarray:
    """Outputs of models/eights.c, as the protocol tells them."""
    steps = real / STEP + ZERO
    integers = np.clip(np.trunc(steps + np.copysign(0.5, steps)), -128, 127)
    return np.round(0.125 * (integers - 4), 3)


@pytest.mark.arm
@pytest.mark.parametrize("board", ["stm32f746", "nucleo-g071rb"])
@pytest.mark.parametrize("benchmark", [BYTES, SIGNED])
def test_bytes_become_the_models_integers(benchmark: Benchmark, board: str, opened: Open) -> None:
    device = opened(benchmark, board)
    assert device.name() == "mcuq"
    assert device.model() == benchmark.model
    sent = np.array([0, 1, 2, 100, 127, 128, 254, 255], np.uint8)
    device.load(sent.tobytes())
    numbers = sent.view(np.int8) if benchmark.sent == "s8" else sent
    expected = computed(benchmark.scale * (numbers.astype(float) - benchmark.zero_point))
    for _ in range(2):  # the run destroys its input: it is put there again
        assert device.infer(2, 1).results == tuple(expected)


@pytest.mark.arm
def test_a_reconstruction_is_told_by_its_error(opened: Open) -> None:
    device = opened(REALS)
    real = np.array([-4.0, 0.0, 1.5, 2.0, 3.25, 100.0, -1000.0, 7.0], np.float32)
    device.load(REALS.encode(real))
    error = np.mean((computed(real) - real) ** 2)
    assert device.infer(1, 0).results == pytest.approx((error,), rel=1e-6)
    device.load(REALS.encode(np.full(8, np.nan, np.float32)))
    assert device.infer(1, 0).results == (0.0,), "no number has no digits"


@pytest.mark.arm
def test_time_goes_by_inferences_that_are_timed(opened: Open) -> None:
    exact, steady = opened(BYTES), opened(BYTES, steady=True)
    for device in (exact, steady):
        device.load(bytes(8))
    one = exact.infer(1, 3).microseconds
    assert exact.infer(4, 0).microseconds == pytest.approx(4 * one, rel=0.01)
    assert steady.infer(3, 1).microseconds == pytest.approx(3 * one, rel=0.01)
    assert steady.infer(1, 0).microseconds == pytest.approx(one, rel=0.01)
    laps = [int(each.ask("timestamp")[0].removeprefix("m-lap-us-")) for each in (exact, steady)]
    assert laps[0] == pytest.approx(8 * one, rel=0.02)
    assert laps[1] == pytest.approx(5 * one, rel=0.02)


@pytest.mark.arm
@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("what", "e-[Unknown command: what]"),
        ("", "e-[Unknown command: ]"),
        ("wh\x1bt", "e-[Unknown command: wh?t]"),
        ("x" * 100, f"e-[Unknown command: {'x' * 80}]"),
        ("db", "e-[Command 'db' requires a subcommand]"),
        ("db load", "e-[Command 'db load' requires the # of bytes]"),
        ("db load 0", "e-[Command 'db load' must be >0 bytes]"),
        ("db load 99999999999", "e-[Supplied buffer size 2147483647 exceeds maximum of 8]"),
        ("db 00", "e-[Command 'db load' has to come first]"),
        ("infer 0", "e-[Inference iterations must be >0]"),
        ("infer 1 -1", "e-[Inference warmup must be >=0]"),
        ("infer 1 1", "e-[Input has 0 bytes, expected 8]"),
    ],
)
def test_what_is_wrong_is_answered_with_an_error(command: str, answer: str, opened: Open) -> None:
    device = opened(BYTES)
    with pytest.raises(RefusedError) as refused:
        device.ask(command)
    assert answer in refused.value.cause
    assert device.name() == "mcuq", "it goes on"


@pytest.mark.arm
def test_bytes_arrive_in_pieces_and_are_counted(opened: Open) -> None:
    device = opened(BYTES)
    assert device.ask("db load 8") == ["m-[Expecting 8 bytes]"]
    assert device.ask("db 00fFA5") == []
    for wrong, answer in (("db 123", "number of hex digits"), ("db 0g", "Invalid hex digit '0g'")):
        with pytest.raises(RefusedError, match=answer):
            device.ask(wrong)
    assert device.ask("db print 2 1") == ["m-buffer-ff-a5"]
    assert device.ask("db 0102030405060708") == ["m-load-done"], "the rest does not count"
    assert device.ask("db print") == ["m-buffer-00-ff-a5-01-02-03-04-05"]
    with pytest.raises(RefusedError, match="has to come first"):
        device.ask("db 00")
    assert [line.split(":")[0] for line in device.ask("help")][:3] == [
        "name",
        "profile",
        "timestamp",
    ]


@pytest.mark.arm
def test_a_board_behind_a_terminal(build_image: Callable[..., FirmwareImage]) -> None:
    image = build_image("eights", runner=mlperf_runner(BYTES))
    board = load_board("stm32f746")
    emulated = boot_emulator(board, image.elf, steady=True)
    emulated.timeout = 60.0
    MlperfDevice(emulated).answer("the start")
    with behind_pty(emulated) as name:
        assert Path(name).is_char_device()
        for _ in range(2):  # opened again, as the runner's look at each port does
            with serial.Serial(name, 115200, timeout=30) as port:
                device = MlperfDevice(port)
                assert device.model() == "ic01"
                device.load(bytes(range(8)))
                assert len(device.infer(1, 0).results) == BYTES.outputs
