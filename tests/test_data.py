"""Samples from disk: every layout that is promised, and one clear line for each mistake."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mcuq.data import fingerprint, load_data
from mcuq.errors import InputError
from mcuq.graph import Graph, Op, Tensor
from mcuq.numeric.element import Element
from mcuq.ops.gathering import GATHER, GatherAttrs


def graph(*shapes: tuple[int, ...]) -> Graph:
    names = tuple(f"in{i}" for i in range(len(shapes)))
    tensors = {name: Tensor(name, shape) for name, shape in zip(names, shapes, strict=True)}
    return Graph("g", tensors, (), names, ())


IMAGE = graph((1, 4, 4, 1))


def test_npz_with_labels_becomes_float32_samples_and_int64_labels(tmp_path: Path) -> None:
    x = np.arange(48, dtype=np.uint8).reshape(3, 4, 4, 1)
    np.savez(tmp_path / "d.npz", x=x, y=np.array([0, 2, 1], np.uint8))
    data = load_data(tmp_path / "d.npz", IMAGE)
    assert len(data) == 3
    assert data.inputs[0].dtype == np.float32
    assert np.array_equal(data.inputs[0], x)
    assert data.labels is not None
    assert data.labels.dtype == np.int64
    assert data.labels.tolist() == [0, 2, 1]
    assert len(data.take(2)) == 2


def test_integers_and_truth_values_are_what_they_are(tmp_path: Path) -> None:
    """Indices are those of rows; nothing is rounded into place."""
    whole, truth = Element.INT32, Element.BOOL
    tensors = {
        "i": Tensor("i", (1, 2), element=whole),
        "m": Tensor("m", (1, 2), element=truth),
        "t": Tensor("t", (4, 3)),
        "y": Tensor("y", (1, 2, 3)),
    }
    gather = Op(GATHER, "y", ("t", "i"), ("y",), GatherAttrs(0))
    model = Graph("g", tensors, (gather,), ("i", "m"), ("y",))
    i, m = np.array([[0, 3], [1, 2]]), np.array([[True, False]] * 2)
    np.savez(tmp_path / "d.npz", i=i, m=m)
    data = load_data(tmp_path / "d.npz", model)
    assert all(np.array_equal(a, b) for a, b in zip(data.inputs, (i, m), strict=True))
    for wrong in ({"i": i + 1}, {"i": i - 1}, {"i": i + 0.5}, {"m": m * 2}):
        np.savez(tmp_path / "d.npz", **{"i": i, "m": m, **wrong})
        with pytest.raises(InputError, match=r"takes integers from 0 to [13]"):
            load_data(tmp_path / "d.npz", model)


def test_axes_of_length_one_may_be_missing_or_extra(tmp_path: Path) -> None:
    for shape in ((3, 4, 4), (3, 1, 4, 4, 1)):
        np.savez(tmp_path / "d.npz", x=np.ones(shape))
        assert load_data(tmp_path / "d.npz", IMAGE).inputs[0].shape == (3, 4, 4, 1)


def test_channels_may_come_first(tmp_path: Path) -> None:
    images = np.arange(2 * 5 * 4 * 3, dtype=np.float32).reshape(2, 5, 4, 3)
    np.savez(tmp_path / "d.npz", x=np.moveaxis(images, -1, 1))
    data = load_data(tmp_path / "d.npz", graph((1, 5, 4, 3)))
    np.testing.assert_array_equal(data.inputs[0], images)


def test_several_inputs_by_position_or_by_tensor_name(tmp_path: Path) -> None:
    two = graph((1, 2), (1, 3))
    first, second = np.zeros((5, 2)), np.ones((5, 3))
    np.savez(tmp_path / "position.npz", x0=first, x1=second)
    np.savez(tmp_path / "name.npz", in1=second, in0=first)
    for file in ("position.npz", "name.npz"):
        data = load_data(tmp_path / file, two)
        assert [x.shape for x in data.inputs] == [(5, 2), (5, 3)]


def test_directory_with_x_and_y(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", np.ones((2, 4, 4, 1), np.float64))
    np.save(tmp_path / "y.npy", np.array([0.5, 1.5]))
    data = load_data(tmp_path, IMAGE)
    assert data.labels is not None
    assert data.labels.tolist() == [0.5, 1.5]


def test_directory_with_one_file_a_sample_in_name_order(tmp_path: Path) -> None:
    for index in (2, 0, 1):
        np.save(tmp_path / f"s{index}.npy", np.full((4, 4, 1), index))
    data = load_data(tmp_path, IMAGE)
    assert data.inputs[0][:, 0, 0, 0].tolist() == [0, 1, 2]


@pytest.mark.parametrize(
    ("arrays", "cause"),
    [
        ({"x": np.ones((3, 5, 5, 1))}, r"'x' has samples of shape \(5, 5, 1\).* takes \(4, 4, 1\)"),
        ({"images": np.ones((3, 4, 4, 1))}, "the model needs 'x', the data holds images"),
        ({"x": np.ones((0, 4, 4, 1))}, "no samples"),
        ({"x": np.array(["a", "b"])}, "not numbers"),
        ({"x": np.ones((3, 4, 4, 1)), "y": np.ones(2)}, "different lengths"),
        ({"x": np.ones((3, 4, 4, 1)), "y": np.array([1, 2, np.nan])}, "'y' holds NaN"),
        ({"x": np.full((3, 4, 4, 1), 1e60)}, "beyond float32's 3.4e\\+38, first in sample 0"),
    ],
)
def test_mistakes_are_one_line_with_a_place(
    tmp_path: Path, arrays: dict[str, np.ndarray], cause: str
) -> None:
    np.savez(tmp_path / "d.npz", **arrays)
    with pytest.raises(InputError, match=cause) as caught:
        load_data(tmp_path / "d.npz", IMAGE)
    assert "\n" not in caught.value.cause
    assert "d.npz" in caught.value.cause


def test_the_first_bad_sample_is_named(tmp_path: Path) -> None:
    x = np.ones((4, 4, 4, 1), np.float32)
    x[2, 1, 1, 0] = np.nan
    np.savez(tmp_path / "d.npz", x=x)
    with pytest.raises(InputError, match="first in sample 2"):
        load_data(tmp_path / "d.npz", IMAGE)


@pytest.mark.parametrize("cut", [0, 1, 40, 200])
def test_truncated_archives_are_input_errors(tmp_path: Path, cut: int) -> None:
    file = tmp_path / "d.npz"
    np.savez_compressed(file, x=np.random.default_rng(0).normal(size=(3, 4, 4, 1)))
    file.write_bytes(file.read_bytes()[:cut])
    with pytest.raises(InputError, match="not a readable"):
        load_data(file, IMAGE)


def test_a_damaged_member_is_an_input_error(tmp_path: Path) -> None:
    file = tmp_path / "d.npz"
    np.savez_compressed(file, x=np.random.default_rng(0).normal(size=(3, 4, 4, 1)))
    content = bytearray(file.read_bytes())
    content[150:170] = bytes(20)
    file.write_bytes(content)
    with pytest.raises(InputError, match="not a readable"):
        load_data(file, IMAGE)


def test_pickles_are_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "d.npz", x=np.array([{"a": 1}], dtype=object))
    with pytest.raises(InputError, match=r"x\.npy holds Python objects, not numbers"):
        load_data(tmp_path / "d.npz", IMAGE)


def test_missing_files_and_empty_directories(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        load_data(tmp_path / "none.npz", IMAGE)
    with pytest.raises(InputError, match=r"no \.npy files"):
        load_data(tmp_path, IMAGE)


def test_fingerprint_of_a_directory_depends_on_names_and_contents(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.zeros(3))
    before = fingerprint(tmp_path)
    np.save(tmp_path / "a.npy", np.ones(3))
    assert fingerprint(tmp_path) != before
    np.save(tmp_path / "a.npy", np.zeros(3))
    assert fingerprint(tmp_path) == before
    (tmp_path / "a.npy").rename(tmp_path / "b.npy")
    assert fingerprint(tmp_path) != before


def samples_in(folder: Path, names: list[str], labels: bool) -> Path:
    folder.mkdir()
    for index, name in enumerate(names):
        np.save(folder / f"{name}.npy", np.full((4, 4, 1), index))
    if labels:
        np.save(folder / "y.npy", np.arange(len(names)))
    return folder


def test_labels_of_files_whose_order_is_in_doubt(tmp_path: Path) -> None:
    """By name 10 comes before 2: the labels' writer may have counted."""
    names = [f"s{index}" for index in range(12)]
    with pytest.raises(InputError, match="sample 's10' comes before 's2'") as refused:
        load_data(samples_in(tmp_path / "a", names, labels=True), IMAGE)
    assert "leading zeros" in refused.value.hint
    assert len(load_data(samples_in(tmp_path / "b", names, labels=False), IMAGE)) == 12
    padded = [f"s{index:02}" for index in range(12)]
    data = load_data(samples_in(tmp_path / "c", padded, labels=True), IMAGE)
    assert data.labels is not None
    assert data.inputs[0][:, 0, 0, 0].tolist() == data.labels.tolist()
