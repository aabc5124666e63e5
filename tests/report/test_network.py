"""The drawing of the network: who reads whom, and how it is cut into bands."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mcuq.report.naming import numbered_names
from mcuq.report.network import band_starts, edges_of, network
from mcuq.report.store import Report
from mcuq.result.manifest import Layer


def layers(*ends: tuple[str, str], report: Report) -> list[Layer]:
    """One that reads the letters of the first and writes those of the second, for each."""
    first = report.manifest.layers[0]
    return [
        first.model_copy(update={"name": f"l{i}", "reads": tuple(reads), "writes": tuple(writes)})
        for i, (reads, writes) in enumerate(ends)
    ]


def test_a_layer_reads_the_last_that_wrote_its_buffer(report: Report) -> None:
    made = layers(("i", "a"), ("a", "b"), ("ab", "c"), report=report)
    assert edges_of(made) == [("i", 0), (0, 1), (0, 2), (1, 2)]


def test_parts_of_one_buffer_are_all_read_and_a_rewritten_one_is_the_last(report: Report) -> None:
    joined = layers(("i", "j"), ("i", "j"), ("j", "o"), report=report)
    assert edges_of(joined)[2:] == [(0, 2), (1, 2)]
    rewritten = layers(("i", "a"), ("a", "a"), ("a", "o"), report=report)
    assert edges_of(rewritten) == [("i", 0), (0, 1), (1, 2)]


def test_a_state_of_the_run_before_is_read_as_an_input(report: Report) -> None:
    assert edges_of(layers(("s", "a"), ("a", "s"), report=report)) == [("s", 0), (0, 1)]


@given(st.integers(1, 120), st.randoms(use_true_random=False))
def test_bands_hold_every_layer_once_and_few_of_them(count: int, rng: object) -> None:
    choose = rng.randrange  # type: ignore[attr-defined]
    edges = [(choose(-1, at), at) for at in range(count)]
    edges = [("i" if source < 0 else source, at) for source, at in edges]
    starts = band_starts(count, edges)
    sizes = [b - a for a, b in zip(starts, [*starts[1:], count], strict=True)]
    assert starts[0] == 0 and all(0 < size <= 10 for size in sizes)


def test_the_cut_goes_where_one_tensor_crosses() -> None:
    chain: list[tuple[int | str, int]] = [(at - 1 if at else "i", at) for at in range(10)]
    assert band_starts(10, chain) == [0, 5]
    assert band_starts(10, [*chain, (2, 5)]) == [0, 6]


def test_nodes_say_what_the_table_says_and_lead_to_it(report: Report) -> None:
    (band,) = network(report.manifest, report.config)
    nodes = {node.id: node for node in band.nodes}
    assert nodes["1"].lines[0] == "1 DEPTHWISE_CONV_2D"
    assert nodes["1"].lines[2] == "1×8×8×32, int4 weights"
    assert nodes["1"].link == "layer-1"
    assert set(band.edges) == {("input input", "0"), ("0", "1"), ("0", "2"), ("1", "2")}


def test_what_crosses_bands_is_named_on_both_sides(report: Report) -> None:
    chain = [("i", "0"), *((str(i), str(i + 1)) for i in range(9))]
    made = layers(*chain, report=report)
    first, second = network(
        report.manifest.model_copy(update={"layers": tuple(made)}), report.config
    )
    assert first.edges[-1] == ("4", "to 5")
    assert second.edges[0] == ("from 4", "5")


def test_an_old_manifest_has_no_drawing(report: Report) -> None:
    old = [layer.model_copy(update={"reads": (), "writes": ()}) for layer in report.manifest.layers]
    assert network(report.manifest.model_copy(update={"layers": tuple(old)}), report.config) == []


def test_a_layer_has_one_number_and_name_wherever_it_stands(report: Report) -> None:
    wanted = ["net/dw/Relu", "input", "net/conv/Relu", "other/conv/Relu"]
    names = numbered_names(report.manifest, wanted)
    assert names["net/conv/Relu"] == "0 conv/Relu"
    assert names["net/dw/Relu"].startswith("1 ")
    assert names["input"] == "input"
    assert names["other/conv/Relu"] == "conv/Relu (2)", "the layer keeps its name"
