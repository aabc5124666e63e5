"""What the refinement is trained on."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import pytest

from mcuq.data import Dataset
from mcuq.importers import load_model
from mcuq.pipeline import refinement
from mcuq.pipeline.pruning import Variant
from mcuq.pipeline.scoring import Candidates, split
from mcuq.progress import silent
from mcuq.ptq.refine import Refinement
from mcuq.resources import example_dir


class Asked(Exception):  # noqa: N818 - carries what was asked
    """Stands for the training."""


def trained_on(monkeypatch: pytest.MonkeyPatch, calibration: int, search: int) -> tuple:  # type: ignore[type-arg]
    """(samples trained on, samples kept back, epochs) for so many different samples."""
    graph = load_model(example_dir("digits") / "digits_float32.tflite")
    shape = graph.tensors[graph.inputs[0]].shape[1:]
    values = np.arange(max(calibration, search), dtype=np.float32)
    data = np.broadcast_to(values.reshape(-1, *(1 for _ in shape)), (len(values), *shape))

    def refine(  # type: ignore[no-untyped-def]
        graph, ranges, config, inputs, held_back, *, bank, teacher, settings, progress
    ):
        raise Asked(inputs[0], held_back[0], settings.epochs)

    class Space:
        def config(self, genome: object) -> None:
            return None

        def levels(self, genome: object) -> tuple[int, ...]:
            return ()

    monkeypatch.setattr(refinement, "refine", refine)
    candidates = Candidates(graph, None, None, Space())  # type: ignore[arg-type]
    with pytest.raises(Asked) as asked:
        refinement.refine_chosen(
            candidates, (), Dataset((data[:calibration],)), Dataset((data[:search],)), silent
        )
    found, kept, epochs = asked.value.args
    return found[:].reshape(len(found), -1)[:, 0], kept.reshape(len(kept), -1)[:, 0], epochs


def test_every_sample_is_trained_on_once(monkeypatch: pytest.MonkeyPatch) -> None:
    found, _, _ = trained_on(monkeypatch, calibration=100, search=400)
    assert found.tolist() == list(range(split(400).full[1]))


def test_samples_kept_back_are_not_added(monkeypatch: pytest.MonkeyPatch) -> None:
    found, kept, _ = trained_on(monkeypatch, calibration=50, search=400)
    assert not set(found.tolist()) & set(kept.tolist())
    assert len(kept) == 80


def test_calibration_data_brings_no_sample_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same data is given for calibration and search: the last fifth still judges alone."""
    found, kept, _ = trained_on(monkeypatch, calibration=400, search=400)
    assert found.tolist() == list(range(320))
    assert kept.tolist() == list(range(320, 400))


def test_too_few_samples_serve_all_uses(monkeypatch: pytest.MonkeyPatch) -> None:
    found, kept, _ = trained_on(monkeypatch, calibration=8, search=12)
    assert found.tolist() == kept.tolist() == list(range(12))


def test_many_samples_are_passed_over_fewer_times(monkeypatch: pytest.MonkeyPatch) -> None:
    few = trained_on(monkeypatch, calibration=50, search=400)[2]
    found, _, many = trained_on(monkeypatch, calibration=600, search=6000)
    assert many < few
    assert len(found) == 4096


@pytest.mark.parametrize(("loss", "taken"), [(1.9, True), (2.1, False)])
def test_much_worse_on_the_other_samples_is_not_taken(
    monkeypatch: pytest.MonkeyPatch, loss: float, taken: bool
) -> None:
    graph = load_model(example_dir("digits") / "digits_float32.tflite")
    losses = {"given": 1.0, "refined": loss}

    class Given:
        bank: ClassVar[dict[object, object]] = {}

        def __init__(self) -> None:
            self.graph, self.ranges, self.space = graph, None, self

        def config(self, genome: object) -> str:
            return "given"

        def variant(self, genome: object) -> Variant:
            return Variant(graph, {}, {})

        def quantize(self, genome: object) -> str:
            return "given"

    class Ranker:
        def losses(self, qgraph: str, span: object) -> np.ndarray:  # type: ignore[type-arg]
            return np.array([losses[qgraph]])

    refined = Refinement("config", {}, "refined", before=0.5, after=0.4)  # type: ignore[arg-type]
    monkeypatch.setattr(refinement, "refine", lambda *args, **kwargs: refined)
    monkeypatch.setattr(refinement, "make_ranker", lambda graph, data, **_: Ranker())
    data = Dataset((np.zeros((40, 8, 8, 1), np.float32),))
    found = refinement.refine_chosen(Given(), (), data, data, silent)  # type: ignore[arg-type]
    assert (found is refined) == taken
    assert found.after == (0.4 if taken else 0.5)
    assert found.qgraph == ("refined" if taken else "given")
