"""Training on mixes of two samples: what is mixed, what answers, and where nothing may be mixed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest

from mcuq.calibrate import calibrate
from mcuq.graph import Graph
from mcuq.importers.builder import GraphBuilder
from mcuq.interpret.float import run_float
from mcuq.interpret.samples import Rows, SampleArray
from mcuq.numeric import TERNARY
from mcuq.numeric.element import Element
from mcuq.numeric.narrow import Narrow
from mcuq.ops.attrs import NoAttrs
from mcuq.ops.binary import ADD, BinaryAttrs
from mcuq.ops.cast import CAST, CastAttrs
from mcuq.ops.comparison import GREATER
from mcuq.ops.gathering import GATHER, GatherAttrs
from mcuq.ops.movement import RESHAPE, ReshapeAttrs
from mcuq.ops.selection import SELECT_V2
from mcuq.ops.softmax import SOFTMAX, SoftmaxAttrs
from mcuq.ops.weighted import FULLY_CONNECTED
from mcuq.ops.weighted_params import FullyConnectedAttrs
from mcuq.ptq.refine import Refinement, RefineSettings, batches, refine
from mcuq.ptq.refine.batches import MixedBatches, can_mix, mixed
from mcuq.quantize import Config, WeightChoice, quantize

Floats = npt.NDArray[np.float32]
SETTINGS = RefineSettings(epochs=2, mixed_epochs=3, batch=32, weight_rate=0.02)


def two_inputs() -> Graph:
    build = GraphBuilder()
    x, y = build.input((1, 3), "x"), build.input((1, 3), "y")
    return build.graph("sum", (build.op(ADD, BinaryAttrs(), [x, y], "sum"),))


def head(build: GraphBuilder, values: str, width: int) -> Graph:
    """Two dense layers and a softmax behind `values`, (1, width)."""
    rng = np.random.default_rng(3)
    for name, size in (("w1", (12, width)), ("w2", (5, 12))):
        weight = build.constant(rng.normal(0, 0.6, size), name)
        bias = build.constant(rng.normal(0, 0.1, size[0]), f"{name}/bias")
        attrs = FullyConnectedAttrs()
        values = build.op(FULLY_CONNECTED, attrs, [values, weight, bias], f"{name}/out")
    return build.graph("head", (build.op(SOFTMAX, SoftmaxAttrs(), [values], "p"),))


def vectors() -> tuple[Graph, Floats]:
    build = GraphBuilder()
    graph = head(build, build.input((1, 8), "x"), 8)
    return graph, np.random.default_rng(5).normal(size=(120, 8)).astype(np.float32)


def tokens(*, cast: bool) -> tuple[Graph, Floats]:
    """Rows of a table, by indices that are given as such, or as reals."""
    build = GraphBuilder()
    index = build.input((1, 2), "index", Element.REAL if cast else Element.INT32)
    if cast:
        index = build.op(CAST, CastAttrs(Element.INT32), [index], "whole")
    table = build.constant(np.random.default_rng(0).normal(0, 1, (9, 4)), "table")
    rows = build.op(GATHER, GatherAttrs(0), [table, index], "rows")
    flat = build.op(RESHAPE, ReshapeAttrs((1, 8)), [rows], "flat")
    return head(build, flat, 8), np.random.default_rng(1).integers(0, 9, (80, 2)).astype(np.float32)


def refined(graph: Graph, x: Floats, config: Config, settings: RefineSettings) -> Refinement:
    ranges = calibrate(graph, [x])
    return refine(graph, ranges, config, [x[20:]], [x[:20]], settings=settings)


@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.float32, np.float64])
@pytest.mark.parametrize("shape", [(4,), (3, 2, 5), ()])
def test_a_mix_lies_between_its_samples(dtype: type, shape: tuple[int, ...]) -> None:
    rng = np.random.default_rng(2)
    first, second = rng.integers(0, 200, (2, 6, *shape)).astype(dtype)
    shares = np.array([1.0, 0.5, 0.75, 0.6, 0.9, 1.0], np.float32)
    found = mixed(first, second, shares)
    assert found.dtype == np.float32
    for i, share in enumerate(shares.astype(np.float64)):
        np.testing.assert_allclose(found[i], share * first[i] + (1 - share) * second[i], 1e-5)


@pytest.mark.parametrize("as_rows", [False, True])
def test_all_inputs_are_mixed_alike_and_the_float_model_answers_the_mix(as_rows: bool) -> None:
    graph = two_inputs()
    number = np.arange(50, dtype=np.float32)[:, None].repeat(3, axis=1)
    given = [number, 3 * number - 7]
    qgraph = quantize(graph, calibrate(graph, given), Config())
    inputs: list[SampleArray] = list(given)
    if as_rows:
        inputs = [Rows([x[:20], x[20:]], range(50)) for x in given]
    batches = MixedBatches(graph, qgraph, inputs, ("sum",), 0.5, np.random.default_rng(0))
    picked = np.arange(10, 42)
    values, answers = batches(picked)
    x, y = values["x"][:, 0], values["y"][:, 0]
    x_step, y_step = (float(qgraph.tensors[name].scale[0]) for name in "xy")
    np.testing.assert_allclose(y, 3 * x - 7, atol=1.5 * x_step + 0.5 * y_step)
    np.testing.assert_allclose(answers["sum"], x + y, atol=0.51 * (x_step + y_step))
    shown = (answers["sum"][:, 0] + 7) / 4  # the mixed number itself
    assert (np.abs(shown - picked) <= 0.5 * np.maximum(picked, 49 - picked) + 1e-3).all()
    assert len(np.unique(shown)) > 25
    again = batches(picked)[1]["sum"]
    assert (again != answers["sum"]).any()


def test_nothing_is_mixed_between_indices_truth_values_or_steps() -> None:
    assert can_mix(vectors()[0])
    assert can_mix(two_inputs())
    for cast in (False, True):
        assert not can_mix(tokens(cast=cast)[0])
    build = GraphBuilder()
    x, mask = build.input((1, 4), "x"), build.input((1, 4), "mask", Element.BOOL)
    low = build.constant(np.array([-1.0]), "low")
    kept = build.op(SELECT_V2, NoAttrs(), [mask, x, low], "kept")
    assert not can_mix(build.graph("masked", (kept,)))
    build = GraphBuilder()
    last = build.state(np.zeros((1, 4)), "last")
    total = build.op(ADD, BinaryAttrs(), [build.input((1, 4), "x"), last], "total")
    build.assign(last, total)
    assert not can_mix(build.graph("running", (total,)))


def test_a_comparison_of_reals_is_mixed() -> None:
    build = GraphBuilder()
    x = build.input((1, 4), "x")
    low = build.constant(np.array([-1.0]), "low")
    above = build.op(GREATER, NoAttrs(), [x, low], "above")
    kept = build.op(SELECT_V2, NoAttrs(), [above, x, low], "kept")
    assert can_mix(build.graph("above", (kept,)))


@pytest.mark.parametrize(
    ("choice", "mixes"),
    [
        (WeightChoice(8), False),
        (WeightChoice(4), False),
        (WeightChoice(2), True),
        (WeightChoice(TERNARY), True),
        (WeightChoice(4, narrow=Narrow(2, (1, 3))), True),
    ],
    ids=["int8", "int4", "int2", "ternary", "int4 and int2"],
)
def test_only_few_bits_are_trained_on_mixes(
    choice: WeightChoice, mixes: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[int] = []
    take = MixedBatches.__call__

    def counted(self: MixedBatches, picked: npt.NDArray[np.int64]) -> batches.Batch:
        calls.append(len(picked))
        return take(self, picked)

    monkeypatch.setattr(MixedBatches, "__call__", counted)
    graph, x = vectors()
    config = Config({"w1": choice}, default_weight=WeightChoice(8))
    refined(graph, x, config, SETTINGS)
    assert len(calls) == (3 * (100 // 32) if mixes else 0)


@pytest.mark.parametrize("cast", [False, True])
def test_a_model_of_indices_is_trained_on_its_samples(
    cast: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(MixedBatches, "__call__", pytest.fail)
    graph, x = tokens(cast=cast)
    result = refined(graph, x, Config(default_weight=WeightChoice(2)), SETTINGS)
    assert result.after <= result.before


def test_the_same_seed_gives_the_same_bytes_and_another_one_others() -> None:
    graph, x = vectors()
    config = Config(default_weight=WeightChoice(2))

    def stored(seed: int) -> list[bytes]:
        settings = RefineSettings(mixed_epochs=3, batch=32, weight_rate=0.02, seed=seed)
        tensors = refined(graph, x, config, settings).qgraph.tensors.values()
        return [t.data.tobytes() + t.scale.tobytes() for t in tensors if t.data is not None]

    assert stored(1) == stored(1)
    assert stored(1) != stored(2)


def test_mixes_that_do_harm_are_dropped() -> None:
    graph, x = vectors()
    config = Config(default_weight=WeightChoice(2))
    wild = RefineSettings(mixed_epochs=2, batch=32, weight_rate=50.0)
    solved, found = (
        refined(graph, x, config, settings) for settings in (replace(wild, mixed_epochs=0), wild)
    )
    assert found.before == solved.before
    assert found.after == solved.after < solved.before


def test_answers_are_those_of_the_teacher() -> None:
    """Of the whole network, where channels were left out of the one that is trained."""
    graph, x = vectors()
    qgraph = quantize(graph, calibrate(graph, [x]), Config())
    doubled = {
        name: tensor if tensor.data is None else replace(tensor, data=2 * tensor.data)
        for name, tensor in graph.tensors.items()
    }
    teacher = replace(graph, tensors=doubled)
    batch = MixedBatches(teacher, qgraph, [x], ("w2/out",), 1.0, np.random.default_rng(0))
    picked = np.arange(7)
    expected = run_float(teacher, [x[:7]], keep=("w2/out",))["w2/out"]
    np.testing.assert_array_equal(batch(picked)[1]["w2/out"], expected)
