"""Features of sound: the firmware's, the host's, and those that the model was trained on."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
from collections.abc import Callable
from typing import Any

import hypothesis.strategies as st
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from sound_features import features

from mcuq.mlperf.sound import BANDS, BLOCK, SAMPLE_HZ, STEP, render_tables
from mcuq.resources import firmware_dir

Sound = npt.NDArray[np.int16]
Extract = Callable[[Sound], npt.NDArray[np.float32]]
# A step of the model's input is 0.0037: three orders below it.
CLOSE = 4e-6


@pytest.fixture(scope="module")
def extract(tmp_path_factory: pytest.TempPathFactory) -> Extract:
    """The firmware's features, compiled for the host."""
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None:
        pytest.skip("no host C compiler")
    folder = tmp_path_factory.mktemp("sound")
    (folder / "mcuq_sound_tables.c").write_text(render_tables())
    place = firmware_dir() / "mlperf" / "stream"
    sources = [place / "mcuq_fft.c", place / "mcuq_sound.c", folder / "mcuq_sound_tables.c"]
    library = folder / "sound.so"
    command = [compiler, "-std=gnu11", "-O1", "-shared", "-fPIC", "-Werror", f"-I{place}"]
    subprocess.run([*command, *map(str, sources), "-o", str(library)], check=True)
    row = ctypes.CDLL(str(library)).mcuq_sound_features

    def call(sound: Sound) -> npt.NDArray[np.float32]:
        before, older, rows = 0, np.zeros(STEP, np.int16), []
        for newer in np.ascontiguousarray(sound).reshape(-1, STEP):
            found = np.zeros(BANDS, np.float32)
            row(ctypes.c_int16(before), *map(_pointer, (older, newer, found)))
            before, older = int(older[-1]), newer
            rows.append(found)
        return np.array(rows)

    return call


def _pointer(array: npt.NDArray[Any]) -> ctypes.c_void_p:
    return array.ctypes.data_as(ctypes.c_void_p)


def drawn(kind: str, seed: int, volume: int, steps: int = 6) -> Sound:
    rng, count = np.random.default_rng(seed), steps * STEP
    time = np.arange(count) / SAMPLE_HZ
    made = {
        "noise": rng.normal(0, 1, count),
        "tone": np.sin(2 * np.pi * rng.uniform(20, 7900) * time + rng.uniform(0, 6)),
        "square": np.sign(np.sin(2 * np.pi * rng.uniform(50, 3000) * time)),
        "clicks": (rng.random(count) < 0.002).astype(float),
        "silence": np.zeros(count),
        "mean": np.ones(count),
    }[kind]
    return np.clip(np.rint(volume * made), -(2**15), 2**15 - 1).astype(np.int16)


KINDS = ("noise", "tone", "square", "clicks", "silence", "mean")


@given(st.sampled_from(KINDS), st.integers(0, 2**32 - 1), st.integers(1, 2**15))
def test_the_firmware_computes_what_the_host_does(
    extract: Extract, kind: str, seed: int, volume: int
) -> None:
    sound = drawn(kind, seed, volume)
    told, expected = extract(sound), features(sound)
    # Far below a loud tone single precision finds its own noise: bands 70 dB under the loudest.
    loud = expected > expected.max() - 70 / 64
    assert np.abs(told - expected)[loud].max() < 2e-3
    if kind in ("noise", "silence"):
        assert np.abs(told - expected).max() < CLOSE
    assert told.min() >= 0 and told.max() <= 1


def test_a_tone_is_in_its_band() -> None:
    middle = features(drawn("noise", 1, 1000)).shape
    assert middle == (6, BANDS)
    time = np.arange(4 * STEP) / SAMPLE_HZ
    for hertz in (300, 1000, 3000):
        rows = features(np.rint(3000 * np.sin(2 * np.pi * hertz * time)).astype(np.int16))
        mel = 1127 * np.log(1 + hertz / 700) / (1127 * np.log(1 + 8000 / 700)) * (BANDS + 1)
        assert abs(int(rows[-1].argmax()) - (mel - 1)) <= 1
    assert features(np.zeros(STEP - 1, np.int16)).shape == (0, BANDS)


@pytest.mark.parametrize("kind", KINDS)
def test_training_had_the_same(kind: str) -> None:
    """Beside TensorFlow's own transform and filters, which the benchmark's training calls."""
    tf = pytest.importorskip("tensorflow", reason="tensorflow is not installed")
    sound = drawn(kind, 7, 9000)
    ahead = np.concatenate([np.zeros(1 + STEP), sound / 2**15]).astype(np.float32)
    raised = tf.constant(ahead[1:] - (1 - 2**-5) * ahead[:-1])
    spectrum = tf.signal.stft(
        raised, BLOCK, STEP, window_fn=lambda n, dtype: tf.signal.hamming_window(n, False, dtype)
    )
    power = tf.square(tf.abs(spectrum)) / BLOCK
    triangles = tf.signal.linear_to_mel_weight_matrix(
        BANDS, BLOCK // 2 + 1, SAMPLE_HZ, 0.0, SAMPLE_HZ / 2
    )
    bands = tf.maximum(tf.tensordot(power, triangles, 1), 1e-30)
    decibels = 10 * np.log10(bands.numpy().astype(np.float64))
    expected = np.clip((decibels + 52) / 64, 0, 1)
    loud = expected > expected.max() - 50 / 64
    assert np.abs(features(sound) - expected)[loud].max() < 2e-3
