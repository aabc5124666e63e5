"""Builds of models with channels that cannot matter: what goes, what is said, what refuses it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mcuq.bench.chain import Chain
from mcuq.calibrate import calibrate
from mcuq.data import Dataset
from mcuq.eliminate import Elimination
from mcuq.emit.tflite import tflite_bytes
from mcuq.graph import Graph
from mcuq.importers import load_model
from mcuq.numeric.activation import Activation
from mcuq.pipeline import elimination
from mcuq.pipeline.elimination import without_idle_channels
from mcuq.pipeline.load import Loaded, load
from mcuq.pipeline.request import BuildRequest
from mcuq.quantize import Config, quantize
from mcuq.quantize.config import WeightChoice
from mcuq.report.publish import publish
from mcuq.report.store import read_manifest
from mcuq.result.manifest import MANIFEST
from mcuq.tflite.float_model import float_tflite_bytes
from mcuq.units import Share


def network() -> Graph:
    """Channels 0 and 1 of the first layer are zero, 2 and 3 equal, 4 is not read."""
    chain = Chain("net", (1, 8, 8, 2), 0)
    chain.conv(12, 3, 1)
    chain.conv(8, 1, 1)
    chain.pool()
    chain.dense(4, Activation.NONE)
    graph = chain.graph()
    tensors = dict(graph.tensors)

    def change(name: str, values: np.ndarray) -> None:
        tensors[name] = replace(tensors[name], data=values)

    weights, start = (tensors[name].data for name in ("weight0", "bias0"))
    assert weights is not None and start is not None
    weights, start = weights.copy(), start.copy()
    weights[:2], start[:2] = 0, -1
    weights[3], start[3] = weights[2], start[2]
    change("weight0", weights)
    change("bias0", start)
    second = tensors["weight1"].data
    assert second is not None
    second = second.copy()
    second[..., 4] = 0
    change("weight1", second)
    return replace(graph, tensors=tensors)


@pytest.fixture
def request_(tmp_path: Path) -> BuildRequest:
    (tmp_path / "net.tflite").write_bytes(float_tflite_bytes(network()))
    x = np.random.default_rng(0).normal(size=(40, 8, 8, 2)).astype(np.float32)
    np.savez(tmp_path / "x.npz", x=x)
    np.savez(tmp_path / "more.npz", x=4 * x[:8])
    return BuildRequest(
        model=tmp_path / "net.tflite",
        calibration=tmp_path / "x.npz",
        evaluation=tmp_path / "more.npz",
        fixed=WeightChoice(),
        output=tmp_path / "out",
        device_samples=2,
    )


def channels(loaded: Loaded) -> int:
    """Of the first layer."""
    return loaded.graph.tensors[loaded.graph.weights[0]].shape[0]


def test_idle_channels_go_unless_they_are_asked_for(request_: BuildRequest) -> None:
    loaded = load(request_)
    figures = loaded.eliminated
    assert figures is not None and channels(loaded) == 8
    (layer,) = figures.layers
    assert (layer.before, layer.after) == (12, 8)
    assert (layer.zero, layer.duplicate, layer.unused) == (2, 1, 1)
    assert figures.weights_left == sum(loaded.graph.tensors[n].size for n in loaded.graph.weights)
    assert figures.samples == 48 and 0 <= figures.difference < 1e-5
    kept = load(replace(request_, keep_channels=True))
    assert kept.eliminated is None and channels(kept) == 12


def test_the_proof_is_for_all_samples(request_: BuildRequest) -> None:
    """Those of the evaluation reach four times as far as those of the calibration."""
    figures = load(request_).eliminated
    assert figures is not None and request_.evaluation is not None
    (bound,) = figures.bounds
    largest = float(np.abs(np.load(request_.evaluation)["x"]).max())
    assert bound.high == 2 * largest == -bound.low


def test_a_share_of_the_weights_is_one_of_those_that_are_built(request_: BuildRequest) -> None:
    loaded = load(replace(request_, weight_bytes=Share(0.5)))
    assert loaded.eliminated is not None
    assert loaded.limits.weight_bytes == Share(0.5).of(loaded.eliminated.weights_left)


def test_integers_that_are_given_stay(request_: BuildRequest, tmp_path: Path) -> None:
    graph = load_model(request_.model)
    x = np.load(tmp_path / "x.npz")["x"]
    (tmp_path / "int8.tflite").write_bytes(
        tflite_bytes(quantize(graph, calibrate(graph, [x]), Config()))
    )
    given = replace(request_, model=tmp_path / "int8.tflite", fixed=None, as_is=True)
    assert load(given).eliminated is None and channels(load(given)) == 12
    again = replace(given, fixed=WeightChoice(), as_is=False)
    assert channels(load(again)) == 8


def test_what_is_not_equal_is_not_built(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proof that is wrong is a defect: it is told, and all channels are built."""
    graph = network()
    data = Dataset((np.random.default_rng(0).normal(size=(9, 8, 8, 2)).astype(np.float32),))
    assert without_idle_channels(graph, [data, data], None).graph is not graph

    def wrong(before: Graph, inputs: object) -> Elimination:
        bias = before.tensors["bias0"]
        assert bias.data is not None
        off = replace(bias, data=bias.data + np.float32(1e-3))
        return Elimination(replace(before, tensors={**before.tensors, "bias0": off}))

    monkeypatch.setattr(elimination, "eliminate", wrong)
    kept = without_idle_channels(graph, [data], None)
    assert kept.graph is graph and kept.figures is None
    assert [finding.code for finding in kept.findings] == ["channels-kept"]


@pytest.mark.slow
@pytest.mark.arm
def test_the_manifest_and_the_report_prove_it(request_: BuildRequest) -> None:
    manifest = publish(request_).manifest
    gone = manifest.elimination
    assert gone is not None and gone.channels == 4
    assert manifest.verification.equal_tflm and manifest.verification.equal_device
    assert manifest.result.macs == gone.macs_left < gone.macs
    page = (request_.output / "report.html").read_text()
    assert "Channels that cannot matter" in page
    assert "4 channels cannot matter and are left out: 2 always zero, 1 equal to another" in page
    assert read_manifest(request_.output) == manifest
    older = MANIFEST.plain(manifest) | {"format": 1}
    del older["elimination"], older["digest"]
    assert MANIFEST.parse(json.dumps(older)) == manifest.model_copy(update={"elimination": None})
