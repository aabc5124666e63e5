"""MLPerf Tiny's data: bytes on the line, data sets, and how results are judged."""

from __future__ import annotations

from pathlib import Path

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given
from sklearn.metrics import roc_auc_score

from mcuq.errors import InputError
from mcuq.mlperf import BENCHMARKS
from mcuq.mlperf.judge import judge
from mcuq.mlperf.samples import TRUTH, read_samples, write_samples

IC, KWS, AD = (BENCHMARKS[name] for name in ("ic", "kws", "ad"))


def test_bytes_stand_for_the_nearest_real_values() -> None:
    pixels = np.arange(IC.values) % 256
    assert IC.encode(pixels) == pixels.astype(np.uint8).tobytes()
    steps = np.arange(KWS.values) % 256 - 128
    real = KWS.scale * (steps - KWS.zero_point)
    assert KWS.encode(real.astype(np.float32)) == steps.astype(np.int8).tobytes()
    assert set(KWS.encode(np.full(KWS.values, 1e9))) == {127}, "it does not wrap"
    numbers = np.linspace(-60, 20, AD.values, dtype=np.float32)
    assert AD.encode(numbers) == numbers.tobytes()


def test_a_data_set_is_read_as_it_was_written(tmp_path: Path) -> None:
    pairs = [(bytes([number]) * KWS.input_bytes, number % 12) for number in range(20)]
    assert write_samples(KWS, tmp_path, pairs) == len(pairs)
    read = read_samples(KWS, tmp_path)
    assert [(each.windows[0], each.label) for each in read] == pairs
    assert read_samples(IC, tmp_path) == ()


def test_a_file_of_sound_has_a_window_every_stride(tmp_path: Path) -> None:
    """As the official y_labels.csv of ad01 has it: windows of five frames, one frame apart."""
    folder = tmp_path / "ad01"
    folder.mkdir()
    frames = np.arange(8 * 128, dtype=np.float32)
    (folder / "a.bin").write_bytes(frames.tobytes())
    (folder / TRUTH).write_text("a.bin, 2, 1, 2560, 512\n")
    (sample,) = read_samples(AD, tmp_path)
    assert sample.label == 1
    assert sample.windows == tuple(frames[128 * n :][:640].tobytes() for n in range(4))


@pytest.mark.parametrize("row", ["a.bin", "a.bin,12,x", "absent.bin,12,3", "a.bin,12,3,4,1"])
def test_a_row_that_is_none_is_refused_in_a_line(row: str, tmp_path: Path) -> None:
    (tmp_path / "kws01").mkdir()
    (tmp_path / "kws01" / "a.bin").write_bytes(bytes(489))
    (tmp_path / "kws01" / TRUTH).write_text(row + "\n")
    with pytest.raises(InputError) as refused:
        read_samples(KWS, tmp_path)
    assert "\n" not in str(refused.value)


@given(st.integers(1, 6), st.integers(0, 2**32 - 1))
def test_figures_are_the_official_ones(classes: int, seed: int) -> None:
    """The official runner normalizes, takes the largest, and asks scikit-learn for the area."""
    rng = np.random.default_rng(seed)
    labels = rng.permutation(np.arange(5 * max(classes, 2)) % max(classes, 2))
    results = np.round(rng.random((len(labels), classes)), 1)
    results[:, 0] += 0.1
    found = judge(results.tolist(), labels.tolist())
    assert found.samples == len(labels)
    if classes == 1:
        assert found.accuracy is None
        assert found.auc == pytest.approx(roc_auc_score(labels, results[:, 0]))
        return
    shares = results / results.sum(axis=1, keepdims=True)
    assert found.accuracy == np.mean(shares.argmax(axis=1) == labels)
    asked = shares[:, 1] if classes == 2 else shares
    assert found.auc == pytest.approx(roc_auc_score(labels, asked, multi_class="ovr"))


def test_no_area_without_both_sides() -> None:
    assert judge([[0.2, 0.8], [0.1, 0.9]], [1, 1]).auc is None
    assert judge([[0.0, 0.0]], [0]).accuracy == 1.0, "nothing but zeros is class 0"
