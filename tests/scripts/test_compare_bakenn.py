"""The comparison with bakeNN: what both are given, and how its figures are told."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("bakenn", reason="bakenn: install the extra 'bench'")

from compare_bakenn import KERNELS, Built, compare, table, without_softmax, write_bakenn
from mcuq.bench.measure import quantized
from mcuq.importers import load_model
from mcuq.interpret.integer import run_integer
from mcuq.resources import example_dir
from mcuq_hil import load_board


def test_the_model_without_softmax_computes_what_the_softmax_got() -> None:
    graph = load_model(example_dir("digits") / "digits_float32.tflite")
    qgraph, sample = quantized(graph, 8)
    cut = without_softmax(qgraph)
    assert [op.kind.name for op in qgraph.ops][-1] == "SOFTMAX"
    assert len(qgraph.tensors[cut.outputs[0]].shape) == 2
    whole = run_integer(qgraph, [sample], keep=(cut.outputs[0],))
    assert np.array_equal(run_integer(cut, [sample])[cut.outputs[0]], whole[cut.outputs[0]])


def test_sources_are_compiled_as_bakenns_own_build_would(tmp_path: Path) -> None:
    """Every source that its CMake file names, each with the file's definitions."""
    graph = load_model(example_dir("digits") / "digits_float32.tflite")
    qgraph = without_softmax(quantized(graph, 8)[0])
    model = write_bakenn("digits", qgraph, KERNELS["bakeNN, CMSIS-NN"], tmp_path)
    cmake = (tmp_path / "generated" / "bakenn_sources.cmake").read_text(encoding="utf-8")
    words = cmake.split("set(BAKENN_MODEL_COMPILE_DEFINITIONS")[1].split(")")[0].split()
    sources = [path for path in model.glob("*.c") if path.name != "model.c"]
    assert words and len(sources) == cmake.split("set(BAKENN_MODEL_INCLUDE_DIRS")[0].count('.c"')
    for source in sources:
        first = source.read_text(encoding="utf-8").splitlines()[: len(words)]
        assert [line.split()[1] for line in first] == words


def test_figures_are_also_multiples_of_mcuqs() -> None:
    rows = [
        Built("cortex-m4", "kws", "mcuq", 1_000, 200, 4_000),
        Built("cortex-m4", "kws", "bakeNN, portable", 900, 300, 10_000),
        Built("cortex-m4", "kws", "bakeNN, CMSIS-NN", refusal="too large"),
    ]
    assert table(rows).splitlines()[2:] == [
        "| M4 | kws | mcuq | 1,000 | 200 | 4,000 |",
        "| M4 | kws | bakeNN, portable | 900 (0.90×) | 300 (1.50×) | 10,000 (2.50×) |",
        "| M4 | kws | bakeNN, CMSIS-NN | too large |  |  |",
    ]


@pytest.mark.slow
@pytest.mark.arm
def test_all_programs_of_a_model_have_figures(mlperf_tiny: Path) -> None:
    rows = list(compare("ad", mlperf_tiny, load_board("stm32f746")))
    assert [row.program for row in rows] == ["mcuq", "bakeNN, portable", "bakeNN, CMSIS-NN"]
    assert not any(row.refusal for row in rows)
    assert all(row.flash > 264_000 and row.ram > 640 and row.instructions > 0 for row in rows)
