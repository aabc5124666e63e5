"""Gates, regressions and comparisons: each figure on its right side."""

from __future__ import annotations

from typing import Any

import pytest

from mcuq.pipeline.gates import Gates
from mcuq.report.comparison import LayerWeights, differing_weights, rows, side
from mcuq.report.gates import broken_gates, forgotten_unit, regressions
from mcuq.result.manifest import Manifest, Verification


def changed(manifest: Manifest, **figures: Any) -> Manifest:
    result = manifest.result.model_copy(update=figures)
    return manifest.model_copy(update={"result": result})


def test_limits_exactly_met_hold(manifest: Manifest) -> None:
    gates = Gates(max_flash=60_000, max_ram=12_288, min_accuracy=0.98, max_instructions=1_060_000)
    assert broken_gates(manifest, gates) == []


@pytest.mark.parametrize(
    ("gates", "sentence"),
    [
        (Gates(max_flash=59_999), "flash is 60,000, above the gate of 59,999"),
        (Gates(max_ram=12_287), "RAM is 12,288, above the gate of 12,287"),
        (Gates(min_accuracy=0.981), "top1 is 0.98, below the gate of 0.981"),
        (Gates(max_instructions=1_059_999), "instructions is 1,060,000, above"),
    ],
)
def test_each_broken_gate_is_one_sentence(manifest: Manifest, gates: Gates, sentence: str) -> None:
    (broken,) = broken_gates(manifest, gates)
    assert broken.startswith(sentence)


def test_a_metric_where_less_is_better_turns_its_gate_around(manifest: Manifest) -> None:
    mse = changed(manifest, metric="mse", higher_is_better=False, quantized=0.5)
    assert broken_gates(mse, Gates(min_accuracy=0.5)) == []
    assert broken_gates(mse, Gates(min_accuracy=0.4)) == ["mse is 0.5, above the gate of 0.4"]


def test_an_unverified_or_unmeasured_result_fails(manifest: Manifest) -> None:
    wrong = Verification(samples=9, equal_tflm=False, device_samples=9, equal_device=True)
    assert broken_gates(manifest.model_copy(update={"verification": wrong}), Gates()) == [
        "outputs are not verified equal"
    ]
    (broken,) = broken_gates(changed(manifest, instructions=None), Gates(max_instructions=5))
    assert "not measured" in broken


def test_regressions_beyond_the_tolerance(manifest: Manifest) -> None:
    worse = changed(manifest, flash_bytes=60_600, quantized=0.9701)
    assert regressions(manifest, manifest) == []
    assert regressions(worse, manifest) == [
        "top1 went from 98.00 % to 97.01 %",
        "flash went from 58.6 KB to 59.2 KB",
    ]
    assert len(regressions(worse, manifest, tolerance=0.01)) == 1
    assert regressions(manifest, worse) == []


def test_compare_gives_every_figure_a_verdict(manifest: Manifest) -> None:
    other = changed(manifest, flash_bytes=54_000, quantized=0.97, instructions=None, cycles=5)
    other = other.model_copy(
        update={"device": manifest.device.model_copy(update={"unit": "cycles"})}
    )
    sides = [side("a", manifest), side("b", manifest), side("c", other)]
    found = {row.name: row for row in rows(sides)}
    assert found["flash"].verdict(1) == "equal"
    assert found["flash"].verdict(2) == "better"
    assert found["flash"].change(2) == "-10.0 %"
    assert found["top1"].verdict(2) == "worse"
    assert found["RAM"].verdict(2) == "equal"
    # Instructions of an emulator and cycles of hardware are never set against each other.
    assert found["instructions"].verdict(2) == found["cycles"].verdict(2) == "incomparable"


def test_differing_weights(manifest: Manifest) -> None:
    first = manifest.layers[0].model_copy(update={"bits": 4, "method": "gptq"})
    other = manifest.model_copy(update={"layers": (first, *manifest.layers[1:])})
    sides = [side("a", manifest), side("b", other), side("c", manifest)]
    choices = ("int8 minmax", "int4 gptq", "int8 minmax")
    assert differing_weights(sides) == [LayerWeights("net/conv/Relu", choices)]


@pytest.mark.parametrize(
    ("gates", "hint"),
    [
        (Gates(max_flash=60), "--max-flash 60 is in bytes: did you mean 60K?"),
        (Gates(max_ram=8), "--max-ram 8 is in bytes: did you mean 8K?"),
        (Gates(min_accuracy=97.5), "--min-accuracy 97.5 is a share: did you mean 0.975?"),
        (Gates(max_flash=59_999, min_accuracy=0.99), None),
    ],
)
def test_a_limit_without_its_unit_is_told(
    manifest: Manifest, gates: Gates, hint: str | None
) -> None:
    assert forgotten_unit(manifest, gates) == hint


def test_a_metric_that_is_no_share_may_exceed_one(manifest: Manifest) -> None:
    assert forgotten_unit(changed(manifest, metric="mse"), Gates(min_accuracy=50)) is None


def test_time_and_energy_have_gates(manifest: Manifest) -> None:
    estimated = changed(
        manifest, cycles_estimated=2_000_000, ms_estimated=9.2593, uj_estimated=250.5
    )
    assert broken_gates(estimated, Gates(most_ms=9.3, max_uj=251.0)) == []
    slow, hungry = broken_gates(estimated, Gates(most_ms=9.2, max_uj=250.0))
    assert slow.startswith("ms (estimated) is 9.2593, above")
    assert hungry.startswith("µJ (estimated) is 250.5, above")
    unknown = broken_gates(manifest, Gates(max_uj=1.0))
    assert unknown == ["µJ (estimated) was not measured, the gate asks for 1.0"]
    real = changed(manifest, instructions=None, cycles=2_160_000)
    device = manifest.device.model_copy(update={"emulated": False, "unit": "cycles"})
    real = real.model_copy(update={"device": device})
    assert broken_gates(real, Gates(most_ms=10.0)) == []  # at 216 MHz
    assert broken_gates(real, Gates(most_ms=9.9)) == ["ms is 10.0, above the gate of 9.9"]
