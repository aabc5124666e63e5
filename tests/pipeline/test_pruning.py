"""Networks of fewer channels in a search: their filters, their bytes, how they are read back."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scaled_networks import scaled_network, scaled_samples

from mcuq.calibrate import calibrate
from mcuq.data import Dataset
from mcuq.errors import BudgetError, InputError, UsageError
from mcuq.interpret.float import run_float
from mcuq.interpret.integer import dequantize_outputs, quantize_inputs, run_integer
from mcuq.pipeline.build import search
from mcuq.pipeline.candidates import cut_candidates
from mcuq.pipeline.config_overrides import read_dropped
from mcuq.pipeline.debug import debug
from mcuq.pipeline.load import load
from mcuq.pipeline.pruning import Pruning, cuts
from mcuq.pipeline.request import BuildRequest
from mcuq.pipeline.scoring import Candidates
from mcuq.pipeline.space import build_space
from mcuq.prune import channel_sets, measure_channels, pruned_levels
from mcuq.quantize import WeightChoice
from mcuq.report.publish import publish
from mcuq.result.configuration import CONFIG
from mcuq.score.layer_errors import layer_errors
from mcuq.search.cutting import cut_starts
from mcuq.search.space import Genome
from mcuq.tflite.float_model import float_tflite_bytes
from mcuq.units import Share

METHODS = (WeightChoice(4, "gptq"), WeightChoice(4, "refit"))


@pytest.fixture(scope="module")
def candidates() -> Candidates:
    graph, x = scaled_network(), scaled_samples(48)
    statistics = measure_channels(graph, [x])
    levels = pruned_levels(graph, channel_sets(graph), statistics)
    ranges = calibrate(graph, [x])
    choices, banks = cut_candidates(
        graph, ranges, Dataset((x,)), cuts(graph, levels), methods=METHODS
    )
    space = build_space(graph, ranges, choices, ["minmax"], None, levels)
    return Candidates(graph, ranges, banks[0], space, Pruning(graph, levels, statistics, banks))


def genome(candidates: Candidates, choice: int, *levels: int) -> Genome:
    """Every filter at one choice."""
    space = candidates.space
    rest = (0,) * (len(space.space.genes) - len(space.names) - len(levels))
    return (*((choice,) * len(space.names)), *rest, *levels)


def error(candidates: Candidates, chosen: Genome) -> float:
    x = scaled_samples(16, seed=7)
    graph = candidates.graph
    wanted = run_float(graph, [x])[graph.outputs[0]]
    qgraph = candidates.quantize(chosen)
    found = dequantize_outputs(qgraph, run_integer(qgraph, quantize_inputs(qgraph, [x])))
    return float(((found[graph.outputs[0]] - wanted) ** 2).sum() / (wanted**2).sum())


@pytest.mark.parametrize("choice", range(4))
def test_what_others_stand_in_for_goes_at_the_price_of_rounding(
    candidates: Candidates, choice: int
) -> None:
    """int8 and int4, plain and solved, for all channels and for the half that is enough."""
    whole, half = (error(candidates, genome(candidates, choice, level, level)) for level in (0, 3))
    assert half < 3 * whole + 0.005


@pytest.mark.parametrize("levels", [(1, 0), (0, 2), (3, 1), (3, 3)])
def test_bytes_of_what_is_left_are_those_of_its_filters(
    candidates: Candidates, levels: tuple[int, ...]
) -> None:
    chosen = genome(candidates, 0, *levels)
    left = candidates.variant(chosen).graph
    sizes = [left.tensors[name].size for name in left.weights]
    assert candidates.space.space.weight_bytes(chosen) == sum(sizes)
    assert candidates.space.config(chosen).dropped.keys() == {
        one.name for one, level in zip(candidates.space.pruned, levels, strict=True) if level
    }


def test_each_network_is_made_once(candidates: Candidates) -> None:
    first, second = (candidates.variant(genome(candidates, c, 1, 2)) for c in (0, 1))
    assert first is second
    assert candidates.variant(genome(candidates, 0, 0, 0)).graph is candidates.graph


def test_layers_are_compared_by_the_channels_that_are_left(candidates: Candidates) -> None:
    x = scaled_samples(16, seed=7)
    chosen = genome(candidates, 0, 3, 3)
    kept = candidates.variant(chosen).kept
    found = layer_errors(candidates.graph, candidates.quantize(chosen), [x], kept)
    assert [layer.name for layer in found] == [*candidates.graph.activations[1:]]
    # What goes was made up for behind the layer it went from: those that stay are as they were.
    assert all(layer.snr_db > 15 for layer in found)


def test_starts_with_cuts_keep_the_limit(candidates: Candidates) -> None:
    space = candidates.space.space
    losses = [[0.0, *(0.1 for _ in gene.choices[1:])] for gene in space.genes]
    for gene in space.cutting:
        losses[gene] = [0.0, 0.01, 0.02, 0.03]
    limit = space.weight_bytes(space.reference) // 3
    starts = cut_starts(space, losses, limit)
    assert starts
    for start in starts:
        assert space.weight_bytes(start) <= limit
        assert any(candidates.space.levels(start))


def config_text(*pruned: dict[str, object]) -> str:
    return json.dumps({"tensors": [], "pruned": pruned})


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ({"name": "t0", "before": 12, "channels": [1]}, "which has 16 there"),
        ({"name": "t9", "before": 16, "channels": [1]}, "none that can go"),
        ({"name": "t0", "before": 16, "channels": [16]}, "name some of 0 to 15"),
        ({"name": "t0", "before": 16, "channels": []}, "name some of 0 to 15"),
        ({"name": "t0", "before": 16, "channels": [*range(16)]}, "not all of them"),
        ({"name": "t0", "before": 16, "channels": [-1]}, "pruned"),
    ],
)
def test_channels_that_cannot_go_are_refused(
    tmp_path: Path, entry: dict[str, object], told: str
) -> None:
    path = tmp_path / "config.json"
    path.write_text(config_text(entry))
    with pytest.raises(InputError) as refused:
        read_dropped(path, scaled_network())
    assert told in f"{refused.value.cause} {refused.value.hint}"


@pytest.fixture
def request_(tmp_path: Path) -> BuildRequest:
    (tmp_path / "net.tflite").write_bytes(float_tflite_bytes(scaled_network()))
    np.savez(tmp_path / "x.npz", x=scaled_samples(60))
    return BuildRequest(
        model=tmp_path / "net.tflite",
        calibration=tmp_path / "x.npz",
        weight_bytes=Share(0.25),
        drop_channels=True,
        evaluations=60,
        output=tmp_path / "out",
        device_samples=2,
    )


def test_what_is_to_be_kept_cannot_go(request_: BuildRequest) -> None:
    with pytest.raises(UsageError, match="--keep-channels"):
        load(replace(request_, keep_channels=True))


@pytest.mark.slow
@pytest.mark.arm
def test_a_build_leaves_channels_out_and_is_read_back(
    request_: BuildRequest, tmp_path: Path
) -> None:
    manifest = publish(request_).manifest
    gone = manifest.pruning
    assert gone is not None and gone.channels > 0
    assert manifest.verification.equal_tflm is not False and manifest.verification.equal_device
    assert manifest.result.macs == gone.macs_left < gone.macs
    assert manifest.result.weight_bytes <= Share(0.25).of(gone.weights)
    assert abs(manifest.result.predicted_flash_bytes - manifest.result.flash_bytes) <= 64
    page = (request_.output / "report.html").read_text()
    assert "Channels left out by choice" in page
    config = CONFIG.parse((request_.output / "config.json").read_text())
    assert config.pruned == gone.sets
    again = replace(
        request_, weight_bytes=None, drop_channels=False, config=request_.output / "config.json"
    )
    first = publish(replace(again, output=tmp_path / "first")).manifest
    assert first.pruning == gone
    second = replace(again, config=tmp_path / "first" / "config.json", output=tmp_path / "second")
    publish(second)
    one, other = ((tmp_path / name / "model.tflite").read_bytes() for name in ("first", "second"))
    assert one == other
    assert all(layer.snr_db > 0 for layer in debug(second).layers)


@pytest.mark.slow
@pytest.mark.arm
def test_cycles_that_no_width_keeps_are_kept_with_fewer_channels(request_: BuildRequest) -> None:
    """Each network is run, so that its cycles are no estimate from another's."""
    asked = replace(request_, weight_bytes=None, evaluations=10, drop_channels=False)
    whole, _ = search(asked)
    least = min(one.cost.cycles for one in whole.front if one.cost.cycles is not None)
    limit = int(0.7 * least)
    with pytest.raises(BudgetError):
        search(replace(asked, max_cycles=limit))
    found, limits = search(replace(asked, max_cycles=limit, drop_channels=True))
    assert limits.cycles == limit
    assert any(one.fits and (one.cost.cycles or limit) < limit for one in found.front)
