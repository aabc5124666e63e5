"""Weights in a file beside the model: read, named where missing, refused outside the folder."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from onnx_cases import Model, helper, onnx

from mcuq.errors import InputError
from mcuq.importers.onnx import load_onnx


def _save(folder: Path) -> tuple[Path, bytes]:
    """A model whose weights are in `weights.data`, and the same model in one piece."""
    model = Model((1, 8))
    whole = model.content(model.node("Gemm", ["x0", model.weights(8, 4), model.weights(4)]))
    path = folder / "model.onnx"
    onnx.save_model(
        onnx.load_model_from_string(whole),
        str(path),
        save_as_external_data=True,
        location="weights.data",
        size_threshold=0,
    )
    return path, whole


def _moved(path: Path, location: str) -> None:
    """Name another data file in the model."""
    model = onnx.load_model(str(path), load_external_data=False)
    for tensor in model.graph.initializer:
        for entry in tensor.external_data:
            if entry.key == "location":
                entry.value = location
    path.write_bytes(model.SerializeToString())


def test_it_is_read(tmp_path: Path) -> None:
    path, whole = _save(tmp_path)
    graph, same = load_onnx(path), load_onnx(whole)
    for name, tensor in same.tensors.items():
        if tensor.is_constant:
            assert np.array_equal(graph.tensors[name].data, tensor.data)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    path, _ = _save(tmp_path)
    (tmp_path / "weights.data").unlink()
    with pytest.raises(InputError, match=r"weights\.data.* is not beside the model") as caught:
        load_onnx(path)
    assert "copy the data file" in caught.value.hint


@pytest.mark.parametrize(
    "location", ["../weights.data", "a/../../weights.data", "/etc/hostname", "..\\weights.data", ""]
)
def test_outside_the_folder_is_refused(location: str, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    folder.mkdir()
    path, _ = _save(folder)
    (tmp_path / "weights.data").write_bytes((folder / "weights.data").read_bytes())
    _moved(path, location)
    with pytest.raises(InputError, match="outside the model's folder"):
        load_onnx(path)


def test_a_link_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    folder.mkdir()
    path, _ = _save(folder)
    (folder / "weights.data").rename(tmp_path / "weights.data")
    (folder / "weights.data").symlink_to(tmp_path / "weights.data")
    with pytest.raises(InputError):
        load_onnx(path)


def test_a_file_cut_short_is_one_line(tmp_path: Path) -> None:
    path, _ = _save(tmp_path)
    data = tmp_path / "weights.data"
    data.write_bytes(data.read_bytes()[:16])
    with pytest.raises(InputError) as caught:
        load_onnx(path)
    assert "\n" not in str(caught.value)


def test_bytes_have_no_folder(tmp_path: Path) -> None:
    path, _ = _save(tmp_path)
    with pytest.raises(InputError, match="beside a file") as caught:
        load_onnx(path.read_bytes())
    assert caught.value.hint


def test_names_are_data(tmp_path: Path) -> None:
    """A tensor's name with escape sequences is quoted, not written as it is."""
    path, _ = _save(tmp_path)
    model = onnx.load_model(str(path), load_external_data=False)
    name = "w\x1b[31m\n"
    old = model.graph.initializer[0].name
    model.graph.initializer[0].name = name
    node = model.graph.node[0]
    model.graph.node[0].CopyFrom(
        helper.make_node("Gemm", [name if i == old else i for i in node.input], node.output)
    )
    path.write_bytes(model.SerializeToString())
    (tmp_path / "weights.data").unlink()
    with pytest.raises(InputError) as caught:
        load_onnx(path)
    assert "\x1b" not in str(caught.value) and "\n" not in str(caught.value)
