"""Metrics in the model file's own layout: equal to NumPy on what ONNX Runtime answers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from onnx_cases import Model, random_inputs, run_onnx

from mcuq.data import Dataset, load_data
from mcuq.errors import InputError
from mcuq.importers import load_onnx
from mcuq.interpret.float import run_float
from mcuq.score.answers import Predictions, output_forms, predictions_of
from mcuq.score.choice import suited_metric
from mcuq.score.metrics import get_metric

SIDES = st.integers(2, 4)


def scored(content: bytes, folder: Path, **labels: np.ndarray) -> Predictions:
    """The float model's answers on random samples that were written in the file's layout."""
    graph = load_onnx(content)
    samples = random_inputs(content)
    np.savez(folder / "d.npz", **{f"x{i}": x for i, x in enumerate(samples)}, **labels)
    data = load_data(folder / "d.npz", graph)
    values = run_float(graph, data.inputs)
    outputs = tuple(values[name] for name in graph.outputs)
    return predictions_of(graph, data, outputs, outputs)


def answered(content: bytes) -> list[np.ndarray]:
    """ONNX Runtime's outputs (samples, …)."""
    return [found[:, 0] for found in run_onnx(content, random_inputs(content))]


def image_model(*shape: int, channels: int) -> bytes:
    """A convolution over (1, C, H, W) or (1, C, L), and arithmetic behind it."""
    model = Model((1, *shape))
    size = [3] * (len(shape) - 1)
    filters = model.weights(channels, shape[0], *size)
    y = model.node("Conv", ["x0", filters], pads=[1] * 2 * len(size))
    return model.content(model.node("Relu", [y]))


IMAGES = st.lists(SIDES, min_size=2, max_size=3).map(tuple)


@given(IMAGES, SIDES, st.integers(0, 9))
def test_squared_error_sees_targets_and_outputs_in_the_files_layout(
    tmp_path_factory: pytest.TempPathFactory, shape: tuple[int, ...], channels: int, seed: int
) -> None:
    content = image_model(*shape, channels=channels)
    (found,) = answered(content)
    target = np.random.default_rng(seed).normal(size=found.shape).astype(np.float32)
    folder = tmp_path_factory.mktemp("data")
    seen = scored(content, folder, y=target)
    assert get_metric("mse").compute(seen) == pytest.approx(
        np.mean((found - target) ** 2), rel=1e-5
    )
    seen = scored(content, folder, y=found)
    assert get_metric("mse").compute(seen) == pytest.approx(0, abs=1e-10)


@given(IMAGES, SIDES, st.integers(0, 9))
def test_classes_of_an_image_lie_along_the_files_class_axis(
    tmp_path_factory: pytest.TempPathFactory, shape: tuple[int, ...], channels: int, seed: int
) -> None:
    content = image_model(*shape, channels=channels)
    (found,) = answered(content)
    decided = found.argmax(axis=1)
    labels = np.random.default_rng(seed).integers(0, channels, decided.shape)
    seen = scored(content, tmp_path_factory.mktemp("data"), y=labels)
    assert get_metric("top1").compute(seen) == pytest.approx(np.mean(decided == labels))


@given(IMAGES, st.integers(0, 9))
def test_an_autoencoder_is_judged_by_what_it_rebuilds(
    tmp_path_factory: pytest.TempPathFactory, shape: tuple[int, ...], seed: int
) -> None:
    content = image_model(*shape, channels=shape[0])
    (found,), (given_,) = answered(content), random_inputs(content)
    folder = tmp_path_factory.mktemp("data")
    seen = scored(content, folder)
    assert get_metric("mse").compute(seen) == pytest.approx(
        np.mean((found - given_) ** 2), rel=1e-5
    )
    labels = np.random.default_rng(seed).permutation([0, 1, 1])
    error = ((found - given_) ** 2).reshape(len(found), -1).mean(axis=1)
    pairs = [error[a] > error[b] for a in (0, 1, 2) for b in (0, 1, 2) if labels[a] > labels[b]]
    seen = scored(content, folder, y=labels)
    assert get_metric("auc").compute(seen) == pytest.approx(np.mean(pairs))


def test_a_metric_of_ones_own_sees_what_the_runtime_gives(tmp_path: Path) -> None:
    (tmp_path / "looking.py").write_text(
        "import numpy as np\n"
        "def far(outputs, labels):\n    return np.abs(outputs[0] - labels).max()\n"
    )
    content = image_model(3, 2, 3, channels=2)
    (found,) = answered(content)
    metric = get_metric("looking:far", tmp_path)
    assert metric.compute(scored(content, tmp_path, y=found)) < 1e-5


def test_agreement_is_of_decisions_along_the_class_axis() -> None:
    graph = load_onnx(image_model(3, 2, 2, channels=4))
    data = Dataset((np.zeros((1, 2, 2, 3), np.float32),))
    one, other = np.zeros((2, 1, 2, 2, 4), np.float32)
    one[..., 0] = other[..., 0] = 1
    other[0, 0, 0] = (0, 0, 0, 9)  # one place of four decides otherwise
    seen = predictions_of(graph, data, (other,), (one,))
    assert seen.outputs[0].shape == (1, 4, 2, 2)
    assert get_metric("agreement").compute(seen) == 0.75


def test_agreement_of_an_autoencoder_is_the_variance_kept() -> None:
    graph = load_onnx(image_model(3, 4, 5, channels=3))
    rng = np.random.default_rng(0)
    data = Dataset((rng.normal(size=(9, 4, 5, 3)).astype(np.float32),))
    one = rng.normal(size=(9, 4, 5, 3)).astype(np.float32)
    other = one + np.float32(0.1)
    kept = 1 - np.mean((other - one) ** 2) / one.var()
    found = get_metric("agreement").compute(predictions_of(graph, data, (other,), (one,)))
    assert found == pytest.approx(kept, rel=1e-5)


def sigmoid_model(outputs: int) -> bytes:
    model = Model((1, 4))
    return model.content(
        model.node("Sigmoid", [model.node("Gemm", ["x0", model.weights(4, outputs)])])
    )


def test_agreement_of_probabilities_is_of_sides() -> None:
    graph = load_onnx(sigmoid_model(3))
    assert output_forms(graph)[0].head == "sigmoid"
    data = Dataset((np.zeros((2, 4), np.float32),))
    one = np.array([[0.9, 0.2, 0.6], [0.1, 0.4, 0.7]], np.float32)
    other = np.array([[0.7, 0.6, 0.8], [0.1, 0.4, 0.9]], np.float32)
    found = get_metric("agreement").compute(predictions_of(graph, data, (other,), (one,)))
    assert found == pytest.approx(5 / 6)


@pytest.mark.parametrize("kind", [np.int64, np.uint8, bool, np.float32])
@pytest.mark.parametrize("shape", [(3,), (3, 1), (3, 1, 1)])
def test_one_sigmoid_is_a_binary_classifier(
    tmp_path: Path, kind: type, shape: tuple[int, ...]
) -> None:
    content = sigmoid_model(1)
    (found,) = answered(content)
    labels = np.array([0, 1, 1])
    seen = scored(content, tmp_path, y=labels.astype(kind).reshape(shape))
    graph = load_onnx(content)
    metric, doubts = suited_metric(graph, load_data(tmp_path / "d.npz", graph))
    assert (metric.name, doubts) == ("top1", ())
    assert metric.compute(seen) == pytest.approx(np.mean((found[:, 0] > 0.5) == labels))


def two_outputs() -> bytes:
    model = Model((1, 4))
    first = model.node("Gemm", ["x0", model.weights(4, 3)])
    second = model.node("Gemm", ["x0", model.weights(4, 2)])
    return model.content(first, second)


def test_labels_of_several_outputs_are_numbered(tmp_path: Path) -> None:
    content = two_outputs()
    first, second = (found.argmax(axis=1) for found in answered(content))
    seen = scored(content, tmp_path, y0=first, y1=1 - second)
    assert get_metric("top1").compute(seen) == 0.5
    graph = load_onnx(content)
    for number, right in ((0, 1.0), (1, 0.0)):
        for name in (str(number), graph.outputs[number]):
            assert get_metric("top1").of_output(graph, name).compute(seen) == right


def test_one_label_for_two_outputs_is_a_question(tmp_path: Path) -> None:
    content = two_outputs()
    first, _ = (found.argmax(axis=1) for found in answered(content))
    seen = scored(content, tmp_path, y=first)
    graph = load_onnx(content)
    data = load_data(tmp_path / "d.npz", graph)
    with pytest.raises(InputError, match="no labels") as caught:
        get_metric("top1").compute(seen)
    assert "--metric-output" in caught.value.hint
    with pytest.raises(InputError, match="2 outputs"):
        suited_metric(graph, data)
    assert suited_metric(graph, data, output="0")[0].compute(seen) == 1.0
    with pytest.raises(InputError, match="no output 'boxes'"):
        suited_metric(graph, data, output="boxes")


def test_without_labels_every_output_is_compared() -> None:
    graph = load_onnx(two_outputs())
    data = Dataset((np.zeros((2, 4), np.float32),))
    one = (np.eye(3, dtype=np.float32)[:2], np.eye(2, dtype=np.float32))
    other = (one[0], one[1][::-1])
    metric, _ = suited_metric(graph, data)
    assert metric.name == "agreement"
    assert metric.compute(predictions_of(graph, data, other, one)) == 0.5
