"""The metric that suits outputs and labels, and labels that suit none."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from onnx_cases import Model

from mcuq.data import load_data
from mcuq.errors import InputError
from mcuq.graph import Graph
from mcuq.importers import load_onnx
from mcuq.score.choice import suited_metric


def model(outputs: int, last: str | None = None, inputs: int = 4) -> Graph:
    made = Model((1, inputs))
    y = made.node("Gemm", ["x0", made.weights(inputs, outputs)])
    return load_onnx(made.content(y if last is None else made.node(last, [y])))


def suited(graph: Graph, labels: object, folder: Path, name: str | None = None) -> tuple[str, list]:
    labels = np.asarray(labels)
    count = graph.tensors[graph.inputs[0]].shape[1]
    np.savez(folder / "d.npz", x=np.ones((len(labels), count)), y=labels)
    metric, findings = suited_metric(graph, load_data(folder / "d.npz", graph), name)
    return metric.name, [finding.code for finding in findings]


@pytest.mark.parametrize(
    ("outputs", "last", "labels", "expected"),
    [
        (3, "Softmax", [0, 2, 1], "top1"),
        (3, None, [[0], [2], [1]], "top1"),
        (3, None, [0.0, 2.0, 1.0], "top1"),
        (3, None, [[0, 0, 1], [1, 0, 0]], "top1"),
        (3, "Softmax", [[0.1, 0.2, 0.7], [0.6, 0.3, 0.1]], "top1"),
        (3, None, [[0.1, -2.0, 0.7], [0.6, 0.3, 9.1]], "mse"),
        (3, None, [[1, 4, 2], [1, 0, 0]], "mse"),
        (1, None, [0.3, 1.7, 2.0], "mse"),
        (1, None, [[3], [1], [2]], "mse"),
        (1, "Sigmoid", [0, 1, 1], "top1"),
        (1, "Sigmoid", [0.2, 0.8, 0.5], "mse"),
        (1, "Sigmoid", [[0, 1], [1, 0]], "top1"),
        (4, None, [0, 1, 1], "auc"),  # as many outputs as inputs: an autoencoder's anomalies
    ],
)
def test_without_a_name(
    tmp_path: Path, outputs: int, last: str | None, labels: list, expected: str
) -> None:
    assert suited(model(outputs, last), labels, tmp_path) == (expected, [])


def test_what_is_doubtful_is_said(tmp_path: Path) -> None:
    for labels in ([0, 1, 1], [0.0, 1.0, 1.0], [[0], [1], [1]]):
        assert suited(model(1), labels, tmp_path) == ("auc", ["output-without-sigmoid"])
    assert suited(model(1), [0.0, 0.0, 0.0], tmp_path) == ("mse", [])
    several = [[0, 1, 1], [1, 0, 0], [0, 0, 0]]
    assert suited(model(3, "Sigmoid"), several, tmp_path) == ("auc", ["multi-label"])


@pytest.mark.parametrize(
    ("outputs", "last", "labels", "name", "cause"),
    [
        (3, "Softmax", [1, 2, 3], None, "3 in sample 2, 1 of 3 samples in all (they count from 1"),
        (3, "Softmax", [0, -1, 2], None, "class numbers below 3"),
        (3, "Softmax", [0.5, 1, 2], None, "fractions"),
        (3, "Softmax", [0, 1, 255], None, "255 in sample 2, 1 of 3 samples in all"),
        (2, "Softmax", [-1, 1, -1], None, "number the classes 0 to 1"),
        (3, "Softmax", [[0, 1], [1, 0]], None, "one-hot rows of 2 classes, the model has 3"),
        (3, None, [[0.5, 1.5], [1, 0]], None, "nothing of the output's shape (3,)"),
        (3, "Softmax", [[0, 1, 0], [0, 0, 0]], None, "1 of 2, first that of sample 1"),
        (3, None, [[1, 1, 0], [0, 0, 1]], "top1", "several classes at once"),
        (1, "Sigmoid", [-1, 1, 1], "top1", "must be 0 and 1"),
        (1, None, [0, 1, 1], "top1", "one real value"),
        (3, None, [0, 1, 2], "mse", "output shape"),
        (3, "Softmax", [0, 0, 0], "auc", "two classes"),
    ],
)
def test_labels_that_do_not_suit_are_refused_before_the_model_runs(
    tmp_path: Path, outputs: int, last: str | None, labels: list, name: str | None, cause: str
) -> None:
    with pytest.raises(InputError) as caught:
        suited(model(outputs, last), labels, tmp_path, name)
    assert cause in str(caught.value)
    assert caught.value.hint


@pytest.mark.parametrize("labels", [["cat", "dog"], [1j, 2j], np.array([2**63, 1], np.uint64)])
def test_labels_that_are_no_numbers(tmp_path: Path, labels: object) -> None:
    with pytest.raises(InputError, match="'y'") as caught:
        suited(model(3), labels, tmp_path)
    assert caught.value.hint


@pytest.mark.parametrize(
    ("labels", "figures", "hint"),
    [
        ([-1, 1, 1], "from -1 to 1", "label the two classes 0 and 1"),
        ([1, 2, 1], "from 1 to 2", "label the two classes 0 and 1"),
        ([0, 255, 0], "from 0 to 255", "label the two classes 0 and 1"),
        ([0.2, 7.5, 0.1], "from 0.1 to 7.5", "between 0 and 1"),
    ],
)
def test_labels_that_no_sigmoid_reaches(
    labels: list[float], figures: str, hint: str, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match=figures) as refused:
        suited(model(1, "Sigmoid"), labels, tmp_path)
    assert hint in refused.value.hint
    assert suited(model(1, "Sigmoid"), labels, tmp_path, "mse")[0] == "mse"
    assert suited(model(1), labels, tmp_path)[0] == "mse"


def test_labels_of_another_output_than_the_one_that_is_judged(tmp_path: Path) -> None:
    made = Model((1, 4))
    first = made.node("Gemm", ["x0", made.weights(4, 3)])
    second = made.node("Gemm", ["x0", made.weights(4, 2)])
    graph = load_onnx(made.content(first, second))
    np.savez(tmp_path / "d.npz", x=np.ones((3, 4)), y1=[0, 1, 0])
    data = load_data(tmp_path / "d.npz", graph)
    with pytest.raises(InputError, match="none for output") as refused:
        suited_metric(graph, data, output="0")
    assert "'y0'" in refused.value.hint
    assert suited_metric(graph, data, output="1")[0].name == "top1"
