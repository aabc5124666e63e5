"""Samples and labels of models that keep states."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mcuq.data import Dataset, load_data
from mcuq.errors import InputError
from mcuq.graph import Graph
from mcuq.importers.builder import GraphBuilder
from mcuq.ops.binary import ADD, BinaryAttrs
from mcuq.ops.softmax import SOFTMAX, SoftmaxAttrs
from mcuq.sanity.stream import stream_findings
from mcuq.score.answers import predictions_of
from mcuq.score.choice import suited_metric

CLASSES, STEPS, SEQUENCES = 3, 5, 4


def _graph() -> Graph:
    build = GraphBuilder()
    value = build.input((1, CLASSES), "x")
    state = build.state(np.zeros((1, CLASSES)), "total")
    total = build.op(ADD, BinaryAttrs(), [state, value], "sum")
    build.assign(state, total)
    return build.graph("sums", (build.op(SOFTMAX, SoftmaxAttrs(1.0), [total], "classes"),))


def _load(folder: Path, **arrays: np.ndarray[tuple[int, ...], np.dtype[np.generic]]) -> Dataset:
    np.savez(folder / "data.npz", **arrays)  # type: ignore[arg-type]  # stubs take no mapping
    return load_data(folder / "data.npz", _graph())


def _x(*before: int) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    return np.random.default_rng(0).normal(size=(*before, CLASSES))


def test_a_stream_is_one_sequence(tmp_path: Path) -> None:
    data = _load(tmp_path, x=_x(STEPS), y=np.arange(STEPS) % CLASSES)
    assert data.inputs[0].shape == (1, STEPS, CLASSES)
    assert data.labels is not None and data.labels.shape == (1, STEPS)


@pytest.mark.parametrize(
    ("labels", "answers"),
    [
        ((SEQUENCES, STEPS), SEQUENCES * STEPS),
        ((SEQUENCES, STEPS, 1), SEQUENCES * STEPS),
        ((SEQUENCES,), SEQUENCES),
    ],
)
def test_labels_say_whether_steps_or_sequences_are_judged(
    tmp_path: Path, labels: tuple[int, ...], answers: int
) -> None:
    data = _load(tmp_path, x=_x(SEQUENCES, STEPS), y=np.zeros(labels, int))
    metric, _ = suited_metric(_graph(), data)
    outputs = np.zeros((SEQUENCES, STEPS, CLASSES), np.float32)
    outputs[:, -1, 0] = 1.0
    outputs[:, :-1, 1] = 1.0
    score = metric.score(predictions_of(_graph(), data, (outputs,)))
    assert score.samples is not None and len(score.samples) == answers
    assert score.value == pytest.approx(SEQUENCES / answers)


def test_every_step_counts_without_labels(tmp_path: Path) -> None:
    data = _load(tmp_path, x=_x(SEQUENCES, STEPS))
    outputs = np.zeros((SEQUENCES, STEPS, CLASSES), np.float32)
    predictions = predictions_of(_graph(), data, (outputs,), (outputs,))
    assert len(predictions.outputs[0]) == SEQUENCES * STEPS == len(predictions.data)


@pytest.mark.parametrize(
    ("arrays", "cause"),
    [
        ({"x": np.zeros((SEQUENCES, STEPS, 2))}, "keeps states"),
        ({"x": np.zeros((SEQUENCES, 0, CLASSES))}, "keeps states"),
        (
            {"x": np.zeros((SEQUENCES, CLASSES, CLASSES)), "y": np.zeros((SEQUENCES, CLASSES))},
            "could be a label for each of 3 steps",
        ),
        ({"x": np.zeros((SEQUENCES, STEPS, CLASSES)), "y": np.zeros(STEPS)}, "different lengths"),
    ],
)
def test_what_is_ambiguous_or_does_not_fit_is_refused(
    tmp_path: Path, arrays: dict[str, np.ndarray[tuple[int, ...], np.dtype[np.float64]]], cause: str
) -> None:
    with pytest.raises(InputError, match=cause):
        _load(tmp_path, **arrays)


def test_a_stream_is_spoken_of(tmp_path: Path) -> None:
    stream, apart = _load(tmp_path, x=_x(STEPS)), _load(tmp_path, x=_x(STEPS, 1))
    (finding,) = stream_findings(_graph(), {"calibration": stream, "evaluation": stream})
    assert finding.code == "one-stream" and finding.message.startswith("calibration: ")
    assert not stream_findings(_graph(), {"evaluation": apart})
