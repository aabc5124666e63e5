"""The differentiable simulation is the integer model, training helps."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest
from graphs import GraphBuilder

from mcuq.calibrate import Ranges as Calibrated
from mcuq.calibrate import calibrate
from mcuq.choices import ActivationScheme, Per
from mcuq.graph import Graph
from mcuq.interpret.integer import dequantize_outputs, quantize_inputs, run_integer
from mcuq.numeric import WIDTHS
from mcuq.numeric.activation import Activation
from mcuq.ops.attrs import Padding
from mcuq.ops.binary import ADD, BinaryAttrs
from mcuq.ops.movement import (
    RESHAPE,
    ReshapeAttrs,
)
from mcuq.ops.operator import AnyOperator
from mcuq.ops.pooling import AVERAGE_POOL_2D, PoolAttrs
from mcuq.ops.softmax import SOFTMAX, SoftmaxAttrs
from mcuq.ops.unary import LOGISTIC
from mcuq.ops.weighted import CONV_2D, DEPTHWISE_CONV_2D, FULLY_CONNECTED
from mcuq.ops.weighted_params import ConvAttrs, DepthwiseConvAttrs, FullyConnectedAttrs
from mcuq.progress import Progress
from mcuq.ptq.candidates import build_bank
from mcuq.ptq.refine import RefineSettings, refine
from mcuq.ptq.refine.grids import REFINED, Grids, trained_grids
from mcuq.ptq.refine.loss import divergence_gradient
from mcuq.ptq.refine.parameters import TrainedParameters
from mcuq.ptq.refine.simulation import Simulation
from mcuq.ptq.refine.start import as_weights, start_parameters
from mcuq.ptq.refine.state import State
from mcuq.ptq.refine.training import Training
from mcuq.quantize import Config, WeightChoice, quantize
from mcuq.quantized import QuantizedGraph
from mcuq.score.loss import LossOutput, divergence

Array = npt.NDArray[np.float64]


@pytest.mark.parametrize("kind", [SOFTMAX, LOGISTIC, None])
def test_gradient_of_the_divergence(kind: AnyOperator | None) -> None:
    rng = np.random.default_rng(4)
    loss_outputs = [LossOutput("y", kind, 1.3)]
    reference, found = ({"y": rng.normal(size=(5, 4))} for _ in range(2))
    slope = divergence_gradient(loss_outputs, reference, found)["y"]
    direction = rng.normal(size=(5, 4))
    up, down = (
        divergence(loss_outputs, reference, {"y": found["y"] + sign * 1e-5 * direction}).mean()
        for sign in (1, -1)
    )
    assert (up - down) / 2e-5 == pytest.approx(float((slope * direction).sum()), rel=1e-3)


def network() -> tuple[Graph, npt.NDArray[np.float32], Calibrated]:
    """A residual block, depthwise, pooling and a dense head with softmax."""
    rng = np.random.default_rng(6)
    b = GraphBuilder()
    x = b.input("x", 1, 6, 6, 3)
    attrs = ConvAttrs(padding=Padding.SAME, activation=Activation.RELU)
    w1 = b.constant("w1", rng.normal(size=(6, 3, 3, 3)) * 0.3)
    one = b.op(
        CONV_2D,
        "one",
        [x, w1, b.constant("b1", rng.normal(size=6) * 0.1)],
        1,
        6,
        6,
        6,
        attrs=attrs,
    )
    w2 = b.constant("w2", rng.normal(size=(1, 3, 3, 6)) * 0.4)
    depthwise = DepthwiseConvAttrs(padding=Padding.SAME)
    two = b.op(DEPTHWISE_CONV_2D, "two", [one, w2], 1, 6, 6, 6, attrs=depthwise)
    three = b.op(ADD, "three", [one, two], 1, 6, 6, 6, attrs=BinaryAttrs(Activation.RELU))
    four = b.op(AVERAGE_POOL_2D, "four", [three], 1, 2, 2, 6, attrs=PoolAttrs((3, 3), (3, 3)))
    flat = b.op(RESHAPE, "flat", [four], 1, 24, attrs=ReshapeAttrs((1, 24)))
    w3 = b.constant("w3", rng.normal(size=(5, 24)) * 0.8)
    dense = [flat, w3, b.constant("b3", [0.0] * 5)]
    logits = b.op(FULLY_CONNECTED, "logits", dense, 1, 5, attrs=FullyConnectedAttrs())
    p = b.op(SOFTMAX, "p", [logits], 1, 5, attrs=SoftmaxAttrs())
    graph = b.graph(p)
    samples = rng.normal(size=(160, 6, 6, 3)).astype(np.float32)
    return graph, samples, calibrate(graph, samples)


def real_inputs(qgraph: QuantizedGraph, x: npt.NDArray[np.float32]) -> dict[str, Array]:
    stored = dict(zip(qgraph.inputs, quantize_inputs(qgraph, [x]), strict=True))
    return {name: v[:, None] for name, v in dequantize_outputs(qgraph, stored).items()}


def test_the_simulation_is_the_integer_model() -> None:
    graph, x, ranges = network()
    qgraph = quantize(graph, ranges, Config(default_weight=WeightChoice(4)))
    names = ("one", "two", "three", "four", "logits")
    found, _ = Simulation(qgraph, names).forward(
        real_inputs(qgraph, x), start_parameters(graph, qgraph)
    )
    stored = run_integer(qgraph, quantize_inputs(qgraph, [x]), keep=names)
    expected = dequantize_outputs(qgraph, stored)
    for name in names:
        np.testing.assert_array_equal(found[name].reshape(expected[name].shape), expected[name])


@pytest.mark.parametrize("per", ["channel", "tensor"])
@pytest.mark.parametrize("bits", WIDTHS)
def test_the_start_is_the_given_model(bits: int, per: Per) -> None:
    """Every weight, scale and bias; int2 holds -2, dead and tiny channels have huge biases."""
    graph, x, ranges = network()
    tensors = dict(graph.tensors)
    for name, channel, factor in (("w1", 0, 0.0), ("w1", 1, 1e-30), ("w3", 2, 1e-9)):
        data = tensors[name].data
        assert data is not None
        changed = data.copy()
        changed[channel] *= np.float32(factor)
        tensors[name] = replace(tensors[name], data=changed)
    graph = replace(graph, tensors=tensors)
    for method in ("minmax", "refit"):
        choice = WeightChoice(bits, method, per)
        config = Config(default_weight=choice)
        bank = build_bank(graph, ranges, [x], methods=[choice])
        given = quantize(graph, ranges, config, bank)
        simulation = Simulation(given, given.outputs)
        start = as_weights(simulation, config, start_parameters(graph, given))
        named = Config({name: chosen for name, chosen in start})
        again = quantize(graph, ranges, named, start)
        for name, tensor in given.tensors.items():
            np.testing.assert_array_equal(again.tensors[name].scale, tensor.scale)
            if tensor.data is not None:
                np.testing.assert_array_equal(again.tensors[name].data, tensor.data)
        found, _ = simulation.forward(real_inputs(given, x), start_parameters(graph, given))
        stored = run_integer(given, quantize_inputs(given, [x]))
        expected = dequantize_outputs(given, stored)["p"]
        np.testing.assert_array_equal(found["p"].reshape(expected.shape), expected)


def test_gradients_of_biases_predict_the_loss() -> None:
    """Rounded outputs have no exact slope: with many samples the estimate must still agree."""
    graph, x, ranges = network()
    qgraph = quantize(graph, ranges, Config(default_weight=WeightChoice(8)))
    simulation = Simulation(qgraph, ("logits",))
    parameters = start_parameters(graph, qgraph)
    loss_outputs = [LossOutput("logits", SOFTMAX)]
    inputs = real_inputs(qgraph, x)
    reference = {"logits": np.random.default_rng(7).normal(size=(len(x), 5))}

    def loss() -> float:
        found, _ = simulation.forward(inputs, parameters)
        return float(divergence(loss_outputs, reference, found).mean())

    found, tape = simulation.forward(inputs, parameters)
    gradients = simulation.backward(divergence_gradient(loss_outputs, reference, found), tape)
    for name in ("one", "two", "logits"):
        slope = gradients.bias[name]
        step = 0.05 * slope / np.abs(slope).max()
        start = parameters.bias[name].copy()
        values = []
        for sign in (1, -1):
            parameters.bias[name] = start + sign * step
            values.append(loss())
        parameters.bias[name] = start
        assert values[0] - values[1] == pytest.approx(2 * float((slope * step).sum()), rel=0.3)


def gridded(config: Config) -> tuple[QuantizedGraph, Grids, TrainedParameters]:
    graph, _, ranges = network()
    qgraph = quantize(graph, ranges, config)
    grids = trained_grids(graph, ranges, config)
    return qgraph, grids, start_parameters(graph, qgraph, grids=grids)


def test_slopes_of_activation_scales_predict_the_loss() -> None:
    _, x, _ = network()
    qgraph, grids, parameters = gridded(Config())
    assert set(grids.group_of) == {"one", "two", "three", "four", "flat", "logits"}
    simulation = Simulation(qgraph, ("logits",), grids)
    loss_outputs = [LossOutput("logits", SOFTMAX)]
    inputs = real_inputs(qgraph, x)
    for log_step in parameters.log_step.values():
        log_step -= 1.6  # so that many values saturate
    reference = {"logits": np.random.default_rng(7).normal(size=(len(x), 5))}

    def loss() -> float:
        found, _ = simulation.forward(inputs, parameters)
        return float(divergence(loss_outputs, reference, found).mean())

    found, tape = simulation.forward(inputs, parameters)
    gradients = simulation.backward(divergence_gradient(loss_outputs, reference, found), tape)
    for name in ("one", "two", "logits"):
        values = []
        for sign in (1, -1):
            parameters.log_step[name] += sign * 0.05
            values.append(loss())
            parameters.log_step[name] -= sign * 0.05
        assert values[0] - values[1] == pytest.approx(0.1 * gradients.log_step[name][0], rel=0.3)


@pytest.mark.parametrize("scheme", ["asymmetric", "symmetric"])
def test_trained_ranges_give_the_scales_that_were_trained(scheme: ActivationScheme) -> None:
    graph, _, ranges = network()
    config = Config(activations=scheme)
    qgraph, grids, parameters = gridded(config)
    for number, log_step in enumerate(parameters.log_step.values()):
        log_step += 0.1 * np.sin(number + 1.0)
    state = State(config, {}, ranges).replaced({}, grids.ranges(qgraph, parameters.log_step))
    again = state.quantized(graph)
    wanted = grids.at(qgraph, parameters.log_step)
    for name in grids.group_of:
        assert again.tensors[name].zero_point == wanted.tensors[name].zero_point
        np.testing.assert_array_equal(again.tensors[name].scale, wanted.tensors[name].scale)


def test_ranges_that_do_not_fit_are_learned() -> None:
    """An outlier in the calibration data takes the range of one tensor."""
    graph, x, ranges = network()
    low, high = ranges.range("three", "minmax")
    far = Calibrated({**ranges.by_tensor, "three": {"minmax": (low, 6 * high)}})
    fixed, learned = (
        refine(
            graph,
            far,
            Config(),
            [x[:96]],
            [x[96:]],
            settings=RefineSettings(epochs=8, batch=16, range_rate=rate),
        )
        for rate in (0.0, 0.05)
    )
    assert learned.after < 0.7 * fixed.after
    assert learned.config.observer("three") == REFINED
    again = quantize(graph, learned.ranges, learned.config, learned.bank)
    for name, tensor in learned.qgraph.tensors.items():
        np.testing.assert_array_equal(tensor.scale, again.tensors[name].scale)


def test_weights_stay_within_reach_of_their_integers() -> None:
    graph, x, ranges = network()
    config = Config(default_weight=WeightChoice(2))
    wild = RefineSettings(epochs=2, batch=32, weight_rate=1.0)
    training = Training(graph, State(config, {}, ranges), [x], wild)
    for epoch in range(2):
        training.run_epoch(epoch)
    for steps in training.parameters.steps.values():
        assert steps.min() >= -2.5 and steps.max() <= 1.5


def test_blended_samples_are_asked_of_the_float_model() -> None:
    graph, x, ranges = network()
    settings = RefineSettings(epochs=3, batch=32, weight_rate=0.02, bias_rate=0.2, blended=True)
    config = Config(default_weight=WeightChoice(4))
    first, second = (
        refine(graph, ranges, config, [x[:96]], [x[96:]], settings=settings) for _ in range(2)
    )
    assert first.after < 0.8 * first.before
    assert first.after == second.after


def test_refinement_lowers_the_divergence_on_samples_kept_back() -> None:
    graph, x, ranges = network()
    config = Config(default_weight=WeightChoice(4))
    settings = RefineSettings(epochs=3, batch=32, weight_rate=0.02, bias_rate=0.2)
    result = refine(graph, ranges, config, [x[:96]], [x[96:]], settings=settings)
    assert result.after < 0.8 * result.before
    assert {choice.bits for choice in result.config.weights.values()} == {4}
    again = quantize(graph, result.ranges, result.config, result.bank)
    for name, tensor in result.qgraph.tensors.items():
        np.testing.assert_array_equal(tensor.scale, again.tensors[name].scale)


def test_training_that_does_not_help_is_dropped() -> None:
    graph, x, ranges = network()
    parts = ([x[:96]], [x[96:]])
    config = Config(default_weight=WeightChoice(4))
    good = refine(graph, ranges, config, *parts, settings=RefineSettings(epochs=2, batch=32))
    wild = RefineSettings(epochs=1, batch=32, weight_rate=50.0)
    again = refine(graph, good.ranges, good.config, *parts, bank=good.bank, settings=wild)
    assert again.before == good.after
    assert again.after == again.before
    assert again.config == good.config


def test_bits_and_schemes_of_a_mix_stay() -> None:
    graph, x, ranges = network()
    choices = {"w1": WeightChoice(4), "w2": WeightChoice(8, per="tensor"), "w3": WeightChoice(4)}
    config = Config(weights=choices)
    settings = RefineSettings(epochs=1, batch=32)
    result = refine(graph, ranges, config, [x[:96]], [x[96:]], settings=settings)
    for name, choice in choices.items():
        kept = result.config.weights[name]
        assert (kept.bits, kept.per) == (choice.bits, choice.per)
        channels = graph.tensors[name].shape[0] if choice.per == "channel" else 1
        assert result.qgraph.tensors[name].scale.size == channels


def test_int16_activations_are_solved_anew_only() -> None:
    graph, x, ranges = network()
    config = Config(default_weight=WeightChoice(4), activation_bits=16)
    seen: list[Progress] = []
    result = refine(graph, ranges, config, [x[:96]], [x[96:]], progress=seen.append)
    assert result.after < 0.8 * result.before
    assert not seen
