"""What classifiers decide, against decisions made by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcuq.data import Dataset
from mcuq.graph import Layout
from mcuq.score.answers import OutputForm, Predictions
from mcuq.score.decisions import confusion, decisions


def predictions(
    outputs: object, reference: object, labels: object = None, head: str = "softmax"
) -> Predictions:
    found = np.asarray(outputs, np.float32)
    wanted = np.asarray(reference, np.float32)
    data = Dataset((np.zeros((len(found), 7), np.float32),), labels and np.asarray(labels))
    form = OutputForm("out", Layout.same((1, *found.shape[1:])), head)  # type: ignore[arg-type]
    return Predictions((found,), data, (wanted,), (form,))


FOUND = [[0.1, 0.9, 0.0], [0.8, 0.2, 0.0], [0.3, 0.3, 0.4]]
FLOAT = [[0.2, 0.8, 0.0], [0.4, 0.6, 0.0], [0.3, 0.3, 0.4]]


@pytest.mark.parametrize("labels", [[1, 1, 0], [[0, 1, 0], [0, 1, 0], [1, 0, 0]]])
def test_classes_by_number_or_one_hot(labels: object) -> None:
    found = decisions(predictions(FOUND, FLOAT, labels))
    assert found is not None and found.labels is not None
    assert (found.classes, found.labels.tolist()) == (3, [1, 1, 0])
    assert (found.reference.tolist(), found.found.tolist()) == ([1, 1, 2], [1, 0, 2])
    assert found.flipped.tolist() == [1]
    assert found.sure.tolist() == pytest.approx([0.9, 0.8, 0.4])
    assert found.reference_sure.tolist() == pytest.approx([0.8, 0.6, 0.4])


def test_one_probability_decides_between_two() -> None:
    found = decisions(predictions([[0.7], [0.2]], [[0.4], [0.1]], [[1], [0]], "sigmoid"))
    assert found is not None and found.labels is not None
    assert (found.classes, found.found.tolist(), found.reference.tolist()) == (2, [1, 0], [0, 0])
    assert found.labels.tolist() == [1, 0]
    assert found.sure.tolist() == pytest.approx([0.7, 0.8])


def test_without_labels_flips_are_known_all_the_same() -> None:
    found = decisions(predictions(FOUND, FLOAT))
    assert found is not None and found.labels is None
    assert found.flipped.tolist() == [1]


@pytest.mark.parametrize(
    ("values", "head"),
    [
        ([[0.5], [0.1]], "values"),  # one real value
        ([[0.5, 0.9], [0.1, 0.2]], "sigmoid"),  # each for itself
        (np.zeros((2, 4, 3)), "softmax"),  # every place for itself
        (np.zeros((2, 7)), "values"),  # an autoencoder
    ],
)
def test_what_decides_nothing(values: object, head: str) -> None:
    assert decisions(predictions(values, values, head=head)) is None


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=40))
def test_a_confusion_matrix_counts_pairs(pairs: list[tuple[int, int]]) -> None:
    labels, found = (np.array(side, np.int64) for side in zip(*pairs, strict=True))
    matrix = confusion(labels, found, 4)
    assert {
        (row, column): int(matrix[row, column])
        for row in range(4)
        for column in range(4)
        if matrix[row, column]
    } == {pair: pairs.count(pair) for pair in pairs}
