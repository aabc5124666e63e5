"""Training itself; needs TensorFlow."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from kinds_of_tests import FLOAT
from operator_cases import cases
from tuning import digits, small_classifier, small_data, top1

from mcuq.data import Dataset
from mcuq.errors import UsageError
from mcuq.finetune import FinetuneSettings, finetune
from mcuq.finetune.plan import make_plan
from mcuq.interpret.float import run_float
from mcuq.interpret.integer import dequantize_outputs, quantize_inputs, run_integer
from mcuq.numeric import WIDTHS
from mcuq.quantize import Config, WeightChoice
from mcuq.score.batch import can_batch

tf = pytest.importorskip("tensorflow", reason="tensorflow is not installed (mcuq[tensorflow])")

from mcuq.finetune.network import Network, round_to_grid  # noqa: E402
from mcuq.finetune.operators import run  # noqa: E402
from mcuq.numeric.activation import Activation  # noqa: E402
from mcuq.ops.operator import AnyOperator  # noqa: E402
from mcuq.ops.weighted_params import ConvAttrs  # noqa: E402


@pytest.mark.parametrize("kind", FLOAT.operators)
@given(data=st.data())
@settings(max_examples=10)
def test_operator_equals_the_float_executor(kind: AnyOperator, data: st.DataObject) -> None:
    case = data.draw(cases(kind))
    graph = case.graph
    assume(can_batch(graph))  # type: ignore[arg-type]  # float tensors have what it looks at
    inputs = case.reals()
    values = dict(zip(graph.inputs, map(tf.constant, inputs), strict=True))
    op = graph.ops[0]
    operands = [values.get(n, graph.tensors[n].data) for n in op.inputs]
    actual = run(kind, op.attrs, [tf.convert_to_tensor(x) for x in operands])
    expected = run_float(graph, inputs)["y"]
    assert actual.shape == expected.shape
    np.testing.assert_allclose(actual.numpy(), expected, rtol=1e-5, atol=1e-5)


def test_gradients_are_those_of_learned_steps() -> None:
    """x: 1 inside the grid, 0 outside. scale: rounded - exact inside, the grid's end outside."""
    x, scale = tf.Variable([0.3, 1.3, -9.0, 9.0]), tf.Variable([1.0] * 4)
    with tf.GradientTape() as tape:
        y = round_to_grid(x, scale, 2, -7, 7)
    np.testing.assert_allclose(y.numpy(), [0, 1, -9, 5])
    dx, ds = tape.gradient(y, [x, scale])
    np.testing.assert_allclose(dx.numpy(), [1, 1, 1, 0])
    np.testing.assert_allclose(ds.numpy(), [-0.3, -0.3, 0, 5], atol=1e-6)


@pytest.mark.parametrize("bits", WIDTHS)
def test_the_simulation_is_what_the_integers_compute(bits: int) -> None:
    graph, data = small_classifier(), small_data()
    network = Network(make_plan(graph, data.inputs, Config(default_weight=WeightChoice(bits))))
    qgraph = network.tuned(graph).quantized()
    integer = run_integer(qgraph, quantize_inputs(qgraph, data.inputs), keep=["h", "l"])
    real = dequantize_outputs(qgraph, integer)
    for name, simulated in zip(["h", "l"], network(data.inputs, ["h", "l"]), strict=True):
        step = float(qgraph.tensors[name].scale[0])
        assert np.abs(simulated.numpy() - real[name]).max() <= 1.01 * step


def test_equal_seeds_give_equal_bytes() -> None:
    config = Config(default_weight=WeightChoice(4))
    graph, data = small_classifier(), small_data()
    first, second, other = (
        finetune(graph, data, config, settings=FinetuneSettings(epochs=2, seed=seed))
        for seed in (3, 3, 4)
    )
    assert first.history == second.history != other.history
    for name, tensor in first.graph.tensors.items():
        if tensor.data is not None:
            assert tensor.data.tobytes() == second.graph.tensors[name].data.tobytes()


def test_training_keeps_the_best_epoch_and_stops_early() -> None:
    """A rate that destroys the model: the state before training stays."""
    config = Config(default_weight=WeightChoice(8))
    wild = FinetuneSettings(epochs=9, rate=1.0, patience=2)
    tuned = finetune(small_classifier(), small_data(), config, settings=wild)
    assert len(tuned.history) == 3
    before = make_plan(small_classifier(), small_data().inputs, config).filters
    for name, grid in before.items():
        np.testing.assert_allclose(tuned.filters[name].scale, grid.scale, rtol=1e-6)


def test_training_lowers_the_loss_and_keeps_the_graph() -> None:
    graph = small_classifier()
    config = Config(default_weight=WeightChoice(2))
    tuned = finetune(graph, small_data(512), config, settings=FinetuneSettings(epochs=40))
    assert min(tuned.history) < tuned.history[0]
    assert tuned.graph.ops == graph.ops
    assert {name: t.shape for name, t in tuned.graph.tensors.items()} == {
        name: t.shape for name, t in graph.tensors.items()
    }


def test_a_layers_magnitude_does_not_matter() -> None:
    """First layer 64 times larger, second 64 times smaller: the same training."""
    graph, data = small_classifier(), small_data()
    conv = replace(graph.ops[0], attrs=ConvAttrs(activation=Activation.RELU))
    graph = replace(graph, ops=(conv, *graph.ops[1:]))
    factors = {"w": 64.0, "b": 64.0, "v": 1 / 64}
    tensors = {
        name: replace(tensor, data=tensor.data * np.float32(factors[name]))
        if name in factors
        else tensor
        for name, tensor in graph.tensors.items()
    }
    config = Config(default_weight=WeightChoice(4))
    plain, scaled = (
        finetune(each, data, config, settings=FinetuneSettings(epochs=3)).history
        for each in (graph, replace(graph, tensors=tensors))
    )
    assert scaled == pytest.approx(plain, rel=1e-3)


def test_labels_change_what_is_learned_and_must_be_usable() -> None:
    graph, data = small_classifier(), small_data()
    labelled = Dataset(data.inputs, np.arange(64) % 3)
    settings = FinetuneSettings(epochs=1, label_share=0.5)
    assert finetune(graph, labelled, Config(), settings=settings).history
    for labels in (None, np.full(64, 3), np.zeros(64)):
        with pytest.raises(UsageError, match="labels"):
            finetune(graph, Dataset(data.inputs, labels), Config(), settings=settings)


@pytest.mark.slow
@pytest.mark.parametrize(("bits", "lost"), [(4, 0.005), (2, 0.02)])
def test_digits_recover(bits: int, lost: float) -> None:
    """Four bits: half a point. Two bits, of which a quarter is right before: two points."""
    graph, train, evaluation = digits()
    config = Config(default_weight=WeightChoice(bits))
    scores = run_float(graph, evaluation.inputs)[graph.outputs[0]].reshape(len(evaluation), -1)
    reference = float(np.mean(scores.argmax(axis=1) == evaluation.labels))
    tuned = finetune(graph, train, config, settings=FinetuneSettings(epochs=15))
    assert top1(tuned.quantized(), evaluation) >= reference - lost
