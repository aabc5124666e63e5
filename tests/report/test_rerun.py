"""A result on its board again: inputs of integers and truth values; results that hold several."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from indexed_model import ROWS, chosen_rows

from mcuq.bundle.store import FILE
from mcuq.cli.main import main
from mcuq.errors import InputError
from mcuq.pipeline.request import BuildRequest
from mcuq.report.publish import publish
from mcuq.report.rerun import profile_again, run_again


@pytest.fixture(scope="module")
def chosen(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The result of a model that takes indices and a mask."""
    folder = tmp_path_factory.mktemp("chosen")
    model = folder / "chosen.tflite"
    model.write_bytes(chosen_rows())
    publish(BuildRequest(model=model, as_is=True, output=folder / "out", device_samples=1))
    return folder / "out"


def samples(path: Path, most: int) -> Path:
    rng = np.random.default_rng(2)
    index = rng.integers(0, ROWS, (5, 6))
    index[4, 5] = most
    np.savez(path, index=index, mask=rng.integers(0, 2, (5, 6, 4)).astype(bool))
    return path


@pytest.mark.slow
@pytest.mark.arm
def test_indices_and_masks_run_again_and_are_profiled(chosen: Path, tmp_path: Path) -> None:
    data = samples(tmp_path / "data.npz", ROWS - 1)
    done = run_again(chosen, data)
    assert done.equal_tflm == len(done.counts) == 5
    mask = np.load(data)["mask"]
    (kept,) = done.predictions.outputs
    assert kept.shape == mask.shape
    assert np.unique(kept[~mask]).size == 1  # what the mask hides is one constant
    assert np.unique(kept[mask]).size > 5
    manifest, profiled = profile_again(chosen)
    assert len(profiled.counts) == len(manifest.layers)
    assert min(profiled.counts) > 0
    assert main(["check", str(chosen)]) == 0


@pytest.mark.slow
@pytest.mark.arm
def test_an_index_of_no_row_never_reaches_the_device(chosen: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=f"'index' holds {ROWS}, .* integers from 0 to {ROWS - 1}"):
        run_again(chosen, samples(tmp_path / "data.npz", ROWS))


@pytest.mark.parametrize(
    "words",
    [("run", "data.npz"), ("profile",), ("check",), ("explain", "layer"), ("compare", "other")],
)
def test_several_models_in_one_image_are_refused_by_name(
    words: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / FILE).write_text("{}", encoding="utf-8")
    order = [words[0], str(tmp_path)] if words[0] == "compare" else [*words, str(tmp_path)]
    more = [str(tmp_path)] if words[0] == "compare" else []
    assert main([*order, *more]) == 3
    error, hint = capsys.readouterr().err.splitlines()
    assert error == f"error: {tmp_path} is of several models in one image"
    assert "one of them" in hint
