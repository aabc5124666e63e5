"""Filters of two widths: as a search is offered them, as they are costed, built and read back."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from oracles import tflm_outputs
from scaled_networks import scaled_samples

from mcuq.bench.chain import Chain
from mcuq.blocks import split
from mcuq.blocks.settings import BLOCKS
from mcuq.calibrate import OBSERVERS, calibrate
from mcuq.cost import plan_program, program_cost
from mcuq.data import Dataset
from mcuq.emit.tflite import tflite_bytes
from mcuq.errors import InputError, UsageError
from mcuq.graph import Graph
from mcuq.interpret.integer import quantize_inputs, run_integer
from mcuq.numeric.activation import Activation
from mcuq.numeric.narrow import Narrow, channel_limits
from mcuq.pipeline.check import check_request
from mcuq.pipeline.config_overrides import read_config, with_narrow
from mcuq.pipeline.costing import cost_table
from mcuq.pipeline.flatbuffer import smallest_flatbuffer
from mcuq.pipeline.found import first_sample
from mcuq.pipeline.lowering import lower_for
from mcuq.pipeline.profile import ProfileTarget
from mcuq.pipeline.request import BuildRequest
from mcuq.pipeline.scoring import Candidates
from mcuq.pipeline.searchable import search_candidates
from mcuq.pipeline.variant_cost import Costs
from mcuq.ptq.refine import RefineSettings, refine
from mcuq.quantize import Config, WeightChoice, quantize
from mcuq.quantized import QuantizedGraph
from mcuq.report.publish import publish
from mcuq.search import Genome
from mcuq.tflite.float_model import float_tflite_bytes
from mcuq.units import Share
from mcuq_hil.boards import load_board


def network(channels: int = 16) -> Graph:
    chain = Chain("mixed", (1, 8, 8, 2), 3)
    chain.conv(16, 3, 1)
    chain.depthwise(3, 1)
    chain.conv(channels, 1, 1)
    chain.conv(16, 3, 2)
    chain.pool()
    chain.dense(4, Activation.NONE)
    return chain.graph()


@pytest.fixture(scope="module")
def candidates() -> Candidates:
    graph, x = network(), scaled_samples(32)
    return search_candidates(
        graph,
        calibrate(graph, [x], OBSERVERS),
        Dataset((x,)),
        widths=(8, 4, 2),
        mixed_channels=True,
    )


def mixed_genome(candidates: Candidates, which: int) -> Genome:
    """Every filter that can be has two widths: its first such choice, or a later one."""
    space = candidates.space
    genome = list(space.space.reference)
    for gene, choices in enumerate(space.weights):
        mixed = [index for index, choice in enumerate(choices) if choice.narrow]
        if mixed:
            genome[gene] = mixed[which]
    return tuple(genome)


def test_filters_whose_channels_can_be_moved_are_offered_two_widths(
    candidates: Candidates,
) -> None:
    space = candidates.space
    offered = {
        gene.name: [choice.label for choice in gene.choices if "|" in choice.label]
        for gene in space.space.genes
    }
    some = {name: labels for name, labels in offered.items() if labels}
    assert some.keys() == {"weight0", "weight2", "weight3"}
    assert all(len(labels) == 2 * len(BLOCKS.shares) for labels in some.values())
    assert some["weight2"][0] == "int8|int4 4/16:refit"


@pytest.mark.parametrize("which", range(4))
def test_a_genome_has_the_bytes_that_its_filters_take(candidates: Candidates, which: int) -> None:
    genome = mixed_genome(candidates, which)
    qgraph = candidates.quantize(genome)
    weights = candidates.graph.weights
    taken = candidates.space.space.weight_bytes(genome)
    assert taken == sum(qgraph.tensors[name].nbytes for name in weights)
    parts = split(qgraph)
    filters = {op.inputs[1] for op in parts.ops if op.kind.weighted}
    assert taken == sum(parts.tensors[name].nbytes for name in filters)


def test_its_rows_are_those_of_the_filters_of_one_width(candidates: Candidates) -> None:
    genome = mixed_genome(candidates, 1)
    assert candidates.bank is not None
    qgraph, config = candidates.quantize(genome), candidates.space.config(genome)
    choice = config.weight("weight2")
    wide, narrow = (candidates.bank["weight2", part] for part in choice.parts)
    found = qgraph.tensors["weight2"].data
    assert found is not None
    for row, values in enumerate(found):
        whole = narrow if row in choice.narrow.channels else wide
        assert np.array_equal(values, whole.values[row])


def keeps_limits(qgraph: QuantizedGraph, names: tuple[str, ...]) -> bool:
    for name in names:
        tensor = qgraph.tensors[name]
        if tensor.narrow:
            assert tensor.data is not None
            rows = tensor.data.reshape(len(tensor.data), -1)
            low, high = channel_limits(tensor.bits, tensor.narrow, len(rows))
            if (rows.min(axis=1) < low).any() or (rows.max(axis=1) > high).any():
                return False
    return True


def test_solving_anew_and_training_keep_each_channel_in_its_width(candidates: Candidates) -> None:
    genome = mixed_genome(candidates, 2)
    x = scaled_samples(24, seed=5)
    solved = candidates.solved_anew(genome, candidates.solver(genome, [x]))
    assert keeps_limits(solved, candidates.graph.weights)
    refined = refine(
        candidates.graph,
        candidates.ranges,
        candidates.space.config(genome),
        [x],
        [scaled_samples(8, seed=6)],
        bank=candidates.bank,
        settings=replace(RefineSettings(), epochs=2),
    )
    assert keeps_limits(refined.qgraph, candidates.graph.weights)
    assert refined.after <= refined.before
    assert any(tensor.narrow for tensor in refined.qgraph.tensors.values())


@pytest.mark.parametrize(("channels", "joined"), [(16, False), (256, True)])
def test_the_file_has_the_smaller_form(channels: int, joined: bool) -> None:
    graph, x = network(channels), scaled_samples(4)
    narrow = Narrow(4, tuple(range(1, channels, 2)))
    config = Config(weights={"weight3": WeightChoice(4), "weight2": WeightChoice(8, narrow=narrow)})
    qgraph = quantize(graph, calibrate(graph, [x]), config)
    content = smallest_flatbuffer(qgraph)
    forms = tflite_bytes(split(qgraph)), tflite_bytes(qgraph)
    assert len(content) == min(map(len, forms))
    assert content == forms[0 if joined else 1]
    inputs = quantize_inputs(qgraph, [x])
    expected = run_integer(qgraph, inputs)[qgraph.outputs[0]]
    for form in (qgraph, split(qgraph)):
        assert np.array_equal(tflm_outputs(form, inputs)[0].reshape(expected.shape), expected)


def config_file(folder: Path, *narrow: dict[str, object], **more: object) -> Path:
    path = folder / "config.json"
    tensors = [{"name": "weight2", "bits": 4, "scheme": "refit"}, {"name": "weight0", "axis": None}]
    path.write_text(json.dumps({"tensors": tensors, "narrow": narrow, **more}))
    return path


def test_a_file_gives_channels_fewer_bits(tmp_path: Path) -> None:
    path = config_file(tmp_path, {"name": "weight2", "bits": 2, "channels": [7, 3]})
    graph = network()
    config = with_narrow(path, graph, read_config(path, graph))
    assert config.weight("weight2") == WeightChoice(4, "refit", narrow=Narrow(2, (3, 7)))


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ({"name": "weight1", "bits": 4, "channels": [1]}, "CONV_2D or FULLY_CONNECTED"),
        ({"name": "nowhere", "bits": 4, "channels": [1]}, "CONV_2D or FULLY_CONNECTED"),
        ({"name": "weight2", "bits": 2, "channels": [16]}, "name some of 0 to 15"),
        ({"name": "weight2", "bits": 2, "channels": []}, "name some of 0 to 15"),
        ({"name": "weight2", "bits": 2, "channels": [*range(16)]}, "not all of them"),
        ({"name": "weight2", "bits": 2, "channels": [-1]}, "narrow"),
        ({"name": "weight2", "bits": 4, "channels": [1]}, "a narrower width than the others"),
        ({"name": "weight2", "bits": 3, "channels": [1]}, "a narrower width than the others"),
        ({"name": "weight0", "bits": 4, "channels": [1]}, "every channel a scale"),
    ],
)
def test_channels_that_cannot_have_fewer_bits_are_refused(
    tmp_path: Path, entry: dict[str, object], told: str
) -> None:
    path, graph = config_file(tmp_path, entry), network()
    with pytest.raises(InputError) as refused:
        with_narrow(path, graph, read_config(path, graph))
    assert told in f"{refused.value.cause} {refused.value.hint}"


def test_a_file_does_not_leave_channels_out_as_well(tmp_path: Path) -> None:
    gone = [{"name": "t0", "before": 16, "channels": [1]}]
    path = config_file(tmp_path, {"name": "weight2", "bits": 2, "channels": [3]}, pruned=gone)
    graph = network()
    with pytest.raises(InputError, match="leaves out channels"):
        with_narrow(path, graph, read_config(path, graph))


def test_channels_that_cannot_be_side_by_side_are_refused() -> None:
    graph, x = network(), scaled_samples(4)
    config = Config(weights={"weight6": WeightChoice(8, narrow=Narrow(4, (1,)))})
    with pytest.raises(UsageError, match="side by side"):
        split(quantize(graph, calibrate(graph, [x]), config))


@pytest.fixture
def request_(tmp_path: Path) -> BuildRequest:
    (tmp_path / "net.tflite").write_bytes(float_tflite_bytes(network(48)))
    np.savez(tmp_path / "x.npz", x=scaled_samples(60))
    return BuildRequest(
        model=tmp_path / "net.tflite",
        calibration=tmp_path / "x.npz",
        weight_bytes=Share(0.4),
        mixed_channels=True,
        evaluations=60,
        output=tmp_path / "out",
        device_samples=2,
    )


@pytest.mark.parametrize("other", [{"drop_channels": True}, {"max_cycles": 10**9}])
def test_what_does_not_go_with_two_widths_is_refused(
    request_: BuildRequest, other: dict[str, object]
) -> None:
    with pytest.raises(UsageError, match="--mixed-channels"):
        check_request(replace(request_, **other))


@pytest.mark.slow
@pytest.mark.arm
def test_a_build_of_two_widths_is_verified_and_read_back(
    request_: BuildRequest, tmp_path: Path
) -> None:
    narrow = [
        {"name": "weight2", "bits": 2, "channels": [*range(1, 48, 2)]},
        {"name": "weight3", "bits": 4, "channels": [3, 4, 5, 9]},
    ]
    given = replace(
        request_,
        config=config_file(tmp_path, *narrow),
        weight_bytes=None,
        mixed_channels=False,
    )
    report = publish(given)
    manifest = report.manifest
    assert manifest.verification.equal_tflm is not False and manifest.verification.equal_device
    assert manifest.result.predicted_flash_bytes == manifest.result.flash_bytes
    assert manifest.result.predicted_ram_bytes == manifest.result.ram_bytes
    assert [one.model_dump(mode="json") for one in report.config.narrow] == narrow
    blocks = [layer for layer in manifest.layers if layer.filter == "weight2"]
    assert [layer.bits for layer in blocks] == [4, 2]
    assert {layer.method for layer in blocks} == {"refit"}
    again = publish(replace(given, config=tmp_path / "out/config.json", output=tmp_path / "again"))
    assert again.config == report.config
    names = ("model.tflite", "firmware.bin")
    assert all(
        (tmp_path / "out" / name).read_bytes() == (tmp_path / "again" / name).read_bytes()
        for name in names
    )


@pytest.mark.slow
@pytest.mark.arm
def test_costs_of_candidates_are_those_of_what_is_built(
    request_: BuildRequest, candidates: Candidates
) -> None:
    x, target = Dataset((scaled_samples(2),)), ProfileTarget(load_board("stm32f746"), "speed", None)
    plain = {
        bits: quantize(
            candidates.graph, candidates.ranges, Config(default_weight=WeightChoice(bits))
        )
        for bits in (8, 4, 2)
    }
    table = cost_table(target, plain, first_sample(plain[8], x))
    costs = Costs(candidates, table, target, request_.scheme, x, is_timed=False)
    genome = mixed_genome(candidates, 3)
    built = plan_program(lower_for(target, candidates.quantize(genome)))
    found = costs.cost(genome)
    own = program_cost(built, costs.table(genome))
    assert (found.flash, found.ram) == (own.flash, own.ram)
    assert found.weight_bytes == candidates.space.space.weight_bytes(genome)
    whole = costs.cost(candidates.space.space.reference)
    assert found.flash < whole.flash or found.weight_bytes < whole.weight_bytes
    assert found.cycles is not None and whole.cycles is not None
    assert whole.cycles < found.cycles < 3 * whole.cycles
