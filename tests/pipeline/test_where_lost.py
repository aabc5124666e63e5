"""Layers, classes and flipped samples of a model that lost some."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from mcuq.calibrate import calibrate
from mcuq.data import load_data
from mcuq.importers import load_model
from mcuq.interpret.integer import quantize_inputs, run_integer
from mcuq.pipeline.accuracy import EvaluationScorer, make_scorer, real_outputs
from mcuq.pipeline.settings import DETAILS
from mcuq.pipeline.where_lost import preview, where_lost
from mcuq.quantize import Config, WeightChoice, quantize
from mcuq.resources import example_dir
from mcuq.result.accuracy import ACCURACY, AccuracyFile
from mcuq.score.metrics import get_metric

DIGITS = example_dir("digits")
SAMPLES = 150


@pytest.fixture(scope="module")
def coarse() -> tuple[EvaluationScorer, AccuracyFile]:
    """Digits in two bits, which decides many samples otherwise."""
    graph = load_model(DIGITS / "digits_float32.tflite")
    data = load_data(DIGITS / "evaluation.npz", graph).take(SAMPLES)
    scorer = make_scorer(graph, data, get_metric("top1"))
    qgraph = quantize(graph, calibrate(graph, data.inputs), Config(default_weight=WeightChoice(2)))
    outputs = run_integer(qgraph, quantize_inputs(qgraph, data.inputs))
    return scorer, where_lost(scorer, qgraph, real_outputs(qgraph, outputs), {})


def test_classes_add_up_to_the_metric(coarse: tuple[EvaluationScorer, AccuracyFile]) -> None:
    scorer, found = coarse
    assert found.confusion is not None and found.float_confusion is not None
    assert np.sum(found.confusion) == np.sum(found.float_confusion) == SAMPLES
    assert sum(one.samples for one in found.classes) == SAMPLES
    right = sum(one.float_ for one in found.classes)
    assert right / SAMPLES == scorer.float_model.value
    assert [row[i] for i, row in enumerate(found.confusion)] == [
        one.quantized for one in found.classes
    ]


def test_flips_explain_the_change(coarse: tuple[EvaluationScorer, AccuracyFile]) -> None:
    _, found = coarse
    assert found.flips is not None
    before, after = (
        sum(getattr(one, key) for one in found.classes) for key in ("float_", "quantized")
    )
    assert found.flips.lost is not None and found.flips.gained is not None
    assert after - before == found.flips.gained - found.flips.lost
    assert found.flips.total > DETAILS.drawn
    lost = [one.label == one.float_ for one in found.flips.samples]
    assert lost == sorted(lost, reverse=True)
    drawn = [one.preview is not None for one in found.flips.samples]
    assert drawn == [place < DETAILS.drawn for place in range(len(drawn))]


def test_the_file_is_read_as_it_was_written(
    coarse: tuple[EvaluationScorer, AccuracyFile],
) -> None:
    _, found = coarse
    assert ACCURACY.parse(ACCURACY.text(found)) == found
    assert found.layer(found.layers[3].name) == found.layers[3]


shapes = st.one_of(
    arrays.array_shapes(min_dims=1, max_dims=2, max_side=200),
    st.tuples(st.integers(1, 150), st.integers(1, 150), st.integers(1, 6)),
)


@given(arrays.arrays(np.float32, shapes, elements=st.sampled_from([-1.5, 0.0, 2.0]), fill=None))
def test_a_preview_has_the_extremes_that_it_draws(values: npt.NDArray[np.float32]) -> None:
    drawn = preview(values)
    assert len(drawn.values) <= DETAILS.drawn_values
    assert drawn.kind == ("image" if values.ndim == 3 and values.shape[2] <= 4 else "wave")
    stored = np.frombuffer(drawn.values, np.uint8)
    assert stored.min() == 0
    assert stored.max() == (255 if drawn.high > drawn.low else 0)
    assert values.min() <= drawn.low <= drawn.high <= values.max()
    if values.size <= DETAILS.drawn_values:
        real = drawn.low + stored / 255 * (drawn.high - drawn.low)
        assert np.abs(real - values.reshape(-1)).max() <= (drawn.high - drawn.low) / 255
