"""Keras files made to mislead, looked at before TensorFlow is asked: no TensorFlow is needed."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mcuq.errors import InputError
from mcuq.importers import keras_file
from mcuq.importers.keras_file import check_keras_file
from mcuq.importers.pytorch.archive import check_program
from mcuq.settings import READING

ENDLESS = next((Path(__file__).resolve().parents[2] / "fuzz/regressions/hdf5_bytes").iterdir())
LAMBDA: dict[str, Any] = {
    "class_name": "Functional",
    "config": {"layers": [{"class_name": "Lambda", "config": {"function": ["4wEAAAA=", None]}}]},
}


def archive(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members.items():
            file.writestr(name, content)
    return path


def refused(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        check_keras_file(path)
    assert "\n" not in caught.value.cause
    assert caught.value.hint
    return caught.value.cause


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Limits that a test can pass."""
    settings = replace(READING, model_bytes=1 << 20, text_bytes=1 << 16)
    monkeypatch.setattr(keras_file, "READING", settings)


@pytest.mark.usefixtures("small")
def test_an_archive_that_becomes_too_large(tmp_path: Path) -> None:
    members = {"config.json": b"{}", "model.weights.h5": bytes(2 << 20)}
    assert "more than the" in refused(archive(tmp_path / "m.keras", members))
    text = {"config.json": b" " * (1 << 17)}
    assert "of text" in refused(archive(tmp_path / "t.keras", text))
    program = archive(tmp_path / "m.pt2", {"m/models/model.json": bytes(2 << 20)})
    with pytest.raises(InputError, match="more than the"):
        check_program(program)


def test_a_description_that_is_nested_too_deep(tmp_path: Path) -> None:
    deep = b"[" * 200_000
    refused(archive(tmp_path / "m.keras", {"config.json": deep}))
    constants = {"m/models/model.json": b"{}", "m/data/constants/model.json": deep}
    with pytest.raises(InputError):
        check_program(archive(tmp_path / "m.pt2", constants))


def test_code_in_a_lambda_layer(tmp_path: Path) -> None:
    description = json.dumps(LAMBDA).encode()
    assert "Python code" in refused(archive(tmp_path / "m.keras", {"config.json": description}))
    h5py = pytest.importorskip("h5py", reason="it comes with TensorFlow")
    with h5py.File(tmp_path / "m.h5", "w") as file:
        file.attrs["model_config"] = json.dumps(LAMBDA)
    assert "Python code" in refused(tmp_path / "m.h5")


@pytest.mark.usefixtures("small")
def test_weights_that_take_no_room_in_the_file(tmp_path: Path) -> None:
    """HDF5 keeps what was never written as its shape alone."""
    h5py = pytest.importorskip("h5py", reason="it comes with TensorFlow")
    content = io.BytesIO()
    with h5py.File(content, "w") as file:
        file.create_dataset("kernel", (1 << 10, 1 << 10), np.float32, chunks=True)
    path = tmp_path / "m.h5"
    path.write_bytes(content.getvalue())
    assert path.stat().st_size < 1 << 14
    assert "of weights" in refused(path)
    inside = {"config.json": b"{}", "model.weights.h5": content.getvalue()}
    assert "of weights" in refused(archive(tmp_path / "m.keras", inside))


def test_weights_in_other_files(tmp_path: Path) -> None:
    h5py = pytest.importorskip("h5py", reason="it comes with TensorFlow")
    (tmp_path / "other.h5").touch()
    with h5py.File(tmp_path / "link.h5", "w") as file:
        file["kernel"] = h5py.ExternalLink("other.h5", "/kernel")
    with h5py.File(tmp_path / "raw.h5", "w") as file:
        file.create_dataset("kernel", (4,), np.float32, external=[("/etc/hostname", 0, 16)])
    assert "in another file" in refused(tmp_path / "link.h5")
    assert "in another file" in refused(tmp_path / "raw.h5")


def test_damaged_files(tmp_path: Path) -> None:
    whole = archive(tmp_path / "m.keras", {"config.json": b"{}", "metadata.json": b"{}"})
    check_keras_file(whole)
    content = whole.read_bytes()
    for place in range(0, len(content), 7):
        changed = bytearray(content)
        changed[place] ^= 0xFF
        (tmp_path / "d.keras").write_bytes(changed)
        try:
            check_keras_file(tmp_path / "d.keras")
        except InputError as error:
            assert "\n" not in str(error)


def test_a_file_that_hdf5_never_comes_back_from(tmp_path: Path) -> None:
    """Found by fuzzing; reading its attributes loops in native code."""
    pytest.importorskip("h5py", reason="it comes with TensorFlow")
    (tmp_path / "m.h5").write_bytes(ENDLESS.read_bytes())
    assert "without progress" in refused(tmp_path / "m.h5")


def test_every_value_is_read_once(tmp_path: Path) -> None:
    h5py = pytest.importorskip("h5py", reason="it comes with TensorFlow")
    path = tmp_path / "m.h5"
    with h5py.File(path, "w") as file:
        file.create_dataset("a/kernel", data=np.ones((64, 64), np.float32), compression="gzip")
        file.create_dataset("scalar", data=1.0)
        file.create_dataset("none", (0, 3), np.float32)
        file["again"] = file["a"]
        place = file["a/kernel"].id.get_chunk_info(0).byte_offset
    check_keras_file(path)
    content = bytearray(path.read_bytes())
    content[place : place + 8] = bytes(8)
    path.write_bytes(content)
    assert "not a readable Keras file" in refused(path)
