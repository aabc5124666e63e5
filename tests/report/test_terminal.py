"""The terminal's page: every figure an engineer asks for is on it."""

from __future__ import annotations

import io

from rich.console import Console

from mcuq.report.naming import short_name, short_names
from mcuq.report.summary import summary
from mcuq.result.manifest import Manifest, Verification


def drawn(manifest: Manifest, width: int = 140) -> str:
    console = Console(file=io.StringIO(), width=width, color_system=None)
    console.print(summary(manifest))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_figures_are_on_the_page(manifest: Manifest) -> None:
    text = drawn(manifest)
    for figure in ("98.50 %", "98.25 %", "98.00 %", "58.6 KB of 1.00 MB", "1.06 M instructions"):
        assert figure in text
    assert "int4 minmax" in text
    assert "✓ 400 samples on TFLite Micro: every output byte equal" in text
    assert "Plain int8 does not fit this budget" in text


def test_figures_stay_whole_where_it_is_narrow(manifest: Manifest) -> None:
    words = drawn(manifest, 70).split()
    for layer in manifest.layers:
        assert f"{layer.counts:,}" in words


def test_the_baselines_stand_beside_what_was_built(manifest: Manifest) -> None:
    lines = [line.split("  ") for line in drawn(manifest).splitlines()]
    words = [[word.strip() for word in line if word.strip()] for line in lines]
    assert ["top1", "float", "int8", "all int4", "one-shot", "built"] in words
    assert ["400 samples", "98.50 %", "98.25 %", "42.00 %", "97.00 %", "98.00 %"] in words
    without = drawn(manifest.model_copy(update={"compared": ()}))
    assert "one-shot" not in without


def test_a_difference_is_shouted(manifest: Manifest) -> None:
    wrong = Verification(samples=400, equal_tflm=True, device_samples=32, equal_device=False)
    text = drawn(manifest.model_copy(update={"verification": wrong}))
    assert "✗ 32 samples on the emulated stm32f746: OUTPUTS DIFFER" in text


def test_all_int8_says_so(manifest: Manifest) -> None:
    result = manifest.result.model_copy(update={"weight_bytes": manifest.result.int8_weight_bytes})
    assert "every weight stays int8" in drawn(manifest.model_copy(update={"result": result}))


def test_short_names() -> None:
    assert short_name("a/b/Relu;a/c/add_1/Add") == "add_1/Add"
    assert short_name("x") == "x"
    assert short_name(";") == ";"
    assert len(short_name("y" * 99)) == 32
    assert list(short_names(["a/x", "b/a/x", "c/a/x"]).values()) == ["a/x", "a/x (2)", "a/x (3)"]


def test_layers_on_a_slow_path_are_named_with_the_reason(manifest: Manifest) -> None:
    assert "slow path" not in drawn(manifest)
    first, second, *others = manifest.layers
    slow = [one.model_copy(update={"slow": "grouped convolution"}) for one in (first, second)]
    changed = manifest.model_copy(update={"layers": (*slow, *others)})
    assert "slow path: 0, 1 (grouped convolution)" in drawn(changed)
