"""The streaming wake word's commands: sound in, features and the model's answer out."""

from __future__ import annotations

import re
import subprocess
import sys
import wave
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import serial
from sound_features import features

from mcuq.compiler import FirmwareImage
from mcuq.mlperf import BENCHMARKS
from mcuq.mlperf.image import mlperf_runner
from mcuq.mlperf.sound import BANDS, STEP
from mcuq_hil import load_board
from mcuq_hil.bench import boot_emulator
from mcuq_hil.errors import RefusedError
from mcuq_hil.mlperf import MlperfDevice

pytestmark = pytest.mark.arm
SCALE, ZERO = 0.0037, -128
"""Of the input of models/rows.c."""


@pytest.fixture(params=["stm32f746", "nucleo-g071rb"])
def device(
    request: pytest.FixtureRequest, build_image: Callable[..., FirmwareImage]
) -> Iterator[MlperfDevice]:
    board = request.param
    image = build_image("rows", board, runner=mlperf_runner(BENCHMARKS["sww"]))
    port = boot_emulator(load_board(board), image.elf)
    port.timeout = 60.0
    opened = MlperfDevice(port)
    opened.answer("the start")
    yield opened
    port.close()


def numbers(lines: list[str], name: str) -> list[int]:
    told = re.search(rf"{name}\[([^\]]*)\]", "\n".join(lines))
    assert told is not None
    return [int(each) for each in told[1].split(",")]


def test_sound_is_heard_a_step_at_a_time(device: MlperfDevice) -> None:
    sound = np.random.default_rng(3).normal(0, 900, 3 * STEP).astype(np.int16)
    expected = np.trunc(features(sound) / SCALE + ZERO).astype(int)
    for _ in range(2):
        device.ask("start")
        before = [0] * BANDS
        for step, row in zip(sound.reshape(-1, STEP), expected, strict=True):
            heard = device.hear(step.astype("<i2").tobytes())
            assert np.abs(np.array(heard.features) - row).max() <= 1, "single precision"
            assert np.mean(np.array(heard.features) != row) < 0.05
            assert heard.outputs == (heard.features[-1], heard.features[0], before[0])
            assert heard.microseconds > 0
            before = list(heard.features)
        device.ask("stop")


def test_a_loud_enough_band_is_the_wake_word(device: MlperfDevice) -> None:
    device.ask("start")
    tone = np.sin(2 * np.pi * 7600 * np.arange(STEP) / 16000)
    found = {}
    for volume in (0, 100, 300, 1000, 3000, 4000, 5000, 32000):
        device.hear(bytes(2 * STEP))
        heard = device.hear(np.rint(volume * tone).astype("<i2").tobytes())
        found[heard.outputs[0]] = heard.detected
    assert found == {value: value > 115 for value in found}
    assert set(found.values()) == {False, True}


def test_the_official_tool_finds_what_it_looks_for(device: MlperfDevice) -> None:
    """Echo, bytes so far, and lines of 512 bytes, as its stream_wav_uart.py needs."""
    echo = "Received command: db load 1024"
    assert device.ask("db load 1024") == [echo, "m-[Expecting 1024 bytes]"]
    half = "db " + "00ff" * 256
    assert device.ask(half) == [f"Received command: {half}", "512 bytes received"]
    device.ask("db setptr 512")
    assert device.ask(half)[-1] == "m-load-done"
    lines = device.ask("extract_uart_stream")
    assert len(numbers(lines, "m-features-")) == BANDS
    assert len(numbers(lines, "m-activations-")) == 3
    with pytest.raises(RefusedError, match="Input has 0 bytes, expected 1024"):
        device.ask("extract_uart_stream")
    with pytest.raises(RefusedError, match="setptr' takes up to 0"):
        device.ask("db setptr 1")
    assert any(line.startswith("extract_uart_stream: ") for line in device.ask("help"))


def test_features_are_taken_as_well(device: MlperfDevice) -> None:
    rows = np.arange(1200, dtype=np.uint8)
    device.load(rows.tobytes())
    assert len(device.infer(1, 0).results) == 3


def test_a_served_board_hears_files(
    build_image: Callable[..., FirmwareImage], tmp_path: Path
) -> None:
    image = build_image("rows", runner=mlperf_runner(BENCHMARKS["sww"]))
    tone = np.rint(20000 * np.sin(2 * np.pi * 7600 * np.arange(STEP) / 16000))
    sound = np.concatenate([np.zeros(2 * STEP), tone, np.zeros(2 * STEP)]).astype("<i2")
    with wave.open(str(tmp_path / "tone.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16000)
        file.writeframes(sound.tobytes())
    command = [sys.executable, "-m", "mcuq", "hil", "serve", str(image.elf), "--timed"]
    command += ["--sounds", str(tmp_path)]
    served = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert served.stdout is not None
        with serial.Serial(served.stdout.readline().strip(), timeout=60) as port:
            board = MlperfDevice(port)
            assert "[dut]: m-name-dut-[mcuq]" in [*board.told("dut name"), *board.told("")]
            board.told("record_detections")
            assert board.told("play tone.wav")[-1] == "succeeded."
            times = [int(line.strip(",")) for line in board.told("print_detections")[1:]]
    finally:
        served.terminate()
        assert served.wait(timeout=20) == 143
    # The begin; then the tone, which lies in two blocks.
    assert [time // 32 for time in times] == [1, 3, 4]
