"""The board between MLPerf Tiny's runner and a device that listens: it plays sound and keeps times.

The benchmark's own plays over I2S and takes the times of two pins. This one stands in its place:
sound goes over the device's serial line, a step at a time, and the times are made of those that
the device tells. A step has arrived when its last sample has, and is worked on as soon as the one
before is done.

Source: github.com/mlcommons/tiny, v1.3: benchmark/interface says what it answers, benchmark/runner
what it is asked.
"""

from __future__ import annotations

import wave
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from mcuq_hil.mlperf import END, MlperfDevice

STEP_SAMPLES = 512
SAMPLE_HZ = 16_000
_STEP_US = 1_000_000 * STEP_SAMPLES // SAMPLE_HZ
_SAMPLE_BYTES = 2
_MOST_CHANNELS = 2
_TICK_US = 10
"""Of the times of the pin that is high while the device works."""
_MS_US = 1000
"""Of the times of the pin that tells the wake word."""
_PER_LINE = 8


class InterfaceBoard:
    """Answers commands one after the other.

    Args:
        device: it listens.
        sounds: folder of the files that can be played.
    """

    def __init__(self, device: MlperfDevice, sounds: Path) -> None:
        self._device = device
        self._sounds = sounds
        self._starts: list[int] = []
        self._stops: list[int] = []
        self._detections: list[int] = []
        self._commands: Mapping[str, Callable[[str], Iterable[str]]] = {
            "name": lambda _: ["tinyML Enhanced Interface Board"],
            "ls": lambda _: sorted(path.name for path in sounds.iterdir()),
            "setbaud": lambda rest: [f"set baud to: {rest}"],
            "record_detections": self._record,
            "play": self._play,
            "print_detections": self._print_detections,
            "print_dutycycle": self._print_times,
        }

    def answer(self, command: str) -> Iterator[str]:
        """Lines, END the last of them.

        Raises:
            HilError: the device does not answer.
        """
        word, _, rest = command.partition(" ")
        if word == "dut":
            yield f"m-dut-passthrough({rest})"
            yield END
            yield from (f"[dut]: {line}" for line in (*self._device.told(rest), END))
            return
        known = self._commands.get(word)
        yield from known(rest.strip()) if known else [f"Unrecognized command: {word}"]
        yield END

    def _record(self, _rest: str) -> Iterable[str]:
        for times in (self._starts, self._stops, self._detections):
            times.clear()
        return ["Now recording detections"]

    def _play(self, name: str) -> Iterator[str]:
        yield f"Attempting to play {name}"
        try:
            sound = read_sound(self._sounds, name)
        except (OSError, EOFError, wave.Error):
            yield "Error playing file. Check that the file exists and is a 2-channel wav file."
            return
        step_bytes = STEP_SAMPLES * _SAMPLE_BYTES
        done = 0
        for number in range(len(sound) // step_bytes):
            heard = self._device.hear(sound[number * step_bytes :][:step_bytes])
            begins = max(done, (number + 1) * _STEP_US)
            done = begins + heard.microseconds
            self._starts.append(begins)
            self._stops.append(done)
            # The first one marks when the sound began, whatever was heard.
            if heard.detected or number == 0:
                self._detections.append(done)
            # It takes longer here than on a wire, and the runner waits so long for each line.
            yield f"{(number + 1) * _STEP_US / 1e6:.3f} s"
        yield "succeeded."

    def _print_detections(self, _rest: str) -> Iterable[str]:
        return [
            "Detection Timestamps (ms)",
            *(f"{each // _MS_US}," for each in self._detections),
        ]

    def _print_times(self, _rest: str) -> Iterable[str]:
        return [
            "Duty cycle start times (s)",
            *_lines(self._starts),
            "Duty cycle stop times (s)",
            *_lines(self._stops),
        ]


def read_sound(folder: Path, name: str) -> bytes:
    """Samples of a file, 16 kHz, int16 little-endian, the first channel of two.

    Raises:
        OSError: it is not in `folder`. wave.Error, EOFError: it is no such sound.
    """
    if Path(name).name != name:
        raise FileNotFoundError(name)
    with wave.open(str(folder / name), "rb") as file:
        channels = file.getnchannels()
        form = (file.getframerate(), file.getsampwidth())
        if form != (SAMPLE_HZ, _SAMPLE_BYTES) or channels > _MOST_CHANNELS:
            raise wave.Error(f"{name} is not of 16 bits at 16 kHz")
        frames = file.readframes(file.getnframes())
    width = channels * _SAMPLE_BYTES
    return b"".join(frames[at : at + _SAMPLE_BYTES] for at in range(0, len(frames), width))


def _lines(times: list[int]) -> Iterator[str]:
    for at in range(0, len(times), _PER_LINE):
        yield "".join(f"{each // _TICK_US}, " for each in times[at : at + _PER_LINE])
