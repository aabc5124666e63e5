"""What the iterative finish is trained on."""

from __future__ import annotations

import numpy as np
import pytest

from mcuq.data import Dataset
from mcuq.frontends import load_model
from mcuq.pipeline import polish
from mcuq.pipeline.scoring import Candidates, split
from mcuq.progress import silent
from mcuq.resources import example_dir


class Asked(Exception):  # noqa: N818 - carries what was asked
    """Stands for the training."""


def trained_on(monkeypatch: pytest.MonkeyPatch, calibration: int, search: int) -> tuple:  # type: ignore[type-arg]
    """(samples trained on, samples kept back, epochs) for so many different samples."""
    graph = load_model(example_dir("digits") / "digits_float32.tflite")
    shape = graph.tensors[graph.inputs[0]].shape[1:]
    values = np.arange(max(calibration, search), dtype=np.float32)
    data = np.broadcast_to(values.reshape(-1, *(1 for _ in shape)), (len(values), *shape))

    def refine(graph, ranges, config, inputs, held_back, *, bank, settings, progress):  # type: ignore[no-untyped-def]
        raise Asked(inputs[0], held_back[0], settings.epochs)

    class Space:
        def config(self, genome: object) -> None:
            return None

    monkeypatch.setattr(polish, "refine", refine)
    candidates = Candidates(graph, None, None, Space())  # type: ignore[arg-type]
    with pytest.raises(Asked) as asked:
        polish.polish(
            candidates, (), Dataset((data[:calibration],)), Dataset((data[:search],)), silent
        )
    found, kept, epochs = asked.value.args
    return found.reshape(len(found), -1)[:, 0], kept.reshape(len(kept), -1)[:, 0], epochs


def test_every_sample_is_trained_on_once(monkeypatch: pytest.MonkeyPatch) -> None:
    found, _, _ = trained_on(monkeypatch, calibration=100, search=400)
    assert found.tolist() == list(range(split(400).choose[1]))


def test_samples_kept_back_are_not_added(monkeypatch: pytest.MonkeyPatch) -> None:
    found, kept, _ = trained_on(monkeypatch, calibration=50, search=400)
    assert not set(found.tolist()) & set(kept.tolist())
    assert len(kept) == 80


def test_many_samples_are_passed_over_fewer_times(monkeypatch: pytest.MonkeyPatch) -> None:
    few = trained_on(monkeypatch, calibration=50, search=400)[2]
    found, _, many = trained_on(monkeypatch, calibration=600, search=6000)
    assert many < few
    assert len(found) == 4096
