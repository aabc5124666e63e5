"""The examples that ship: complete, accurate, and copied without harm."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mcuq.errors import InputError, UsageError
from mcuq.examples import copy_example, list_examples
from mcuq.project import load_project
from mcuq.tflite.runtime import Interpreter

SPLITS = ("train", "calibration", "search", "evaluation")


@pytest.mark.parametrize("name", list_examples())
def test_an_example_is_a_whole_project(tmp_path: Path, name: str) -> None:
    copy_example(name, tmp_path / "new" / "demo")
    project = load_project(tmp_path / "new" / "demo")
    for key in ("model", "calibration", "search_data", "evaluation"):
        assert project[key].is_file()


def test_the_examples() -> None:
    assert list_examples() == ("digits", "separable")


def test_the_splits_share_no_image(tmp_path: Path) -> None:
    copy_example("digits", tmp_path)
    rows = [np.load(tmp_path / f"{name}.npz")["x"].reshape(-1, 64) for name in SPLITS]
    everything = np.concatenate(rows)
    assert len(everything) == 1797
    assert len(np.unique(everything, axis=0)) == 1797


@pytest.mark.parametrize(("name", "least"), [("digits", 0.98), ("separable", 0.97)])
def test_the_float_model_is_right(tmp_path: Path, name: str, least: float) -> None:
    copy_example(name, tmp_path)
    data = np.load(tmp_path / "evaluation.npz")
    interpreter = Interpreter(str(tmp_path / f"{name}_float32.tflite"))
    interpreter.allocate_tensors()
    source = interpreter.get_input_details()[0]["index"]
    target = interpreter.get_output_details()[0]["index"]
    decided = []
    for image in data["x"].astype(np.float32):
        interpreter.set_tensor(source, image[np.newaxis])
        interpreter.invoke()
        decided.append(interpreter.get_tensor(target)[0].argmax())
    assert np.mean(np.array(decided) == data["y"]) >= least


def test_existing_files_are_kept_unless_forced(tmp_path: Path) -> None:
    (tmp_path / "mcuq.toml").write_text("mine")
    with pytest.raises(UsageError, match="exists"):
        copy_example("digits", tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mcuq.toml"]
    assert (tmp_path / "mcuq.toml").read_text() == "mine"
    copy_example("digits", tmp_path, overwrite=True)
    assert "digits_float32" in (tmp_path / "mcuq.toml").read_text()


def test_unknown_examples_and_unwritable_folders(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cats is not known"):
        copy_example("cats", tmp_path)
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot write"):
        copy_example("digits", tmp_path / "file" / "below")
