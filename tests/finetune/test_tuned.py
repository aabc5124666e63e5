"""What needs no TensorFlow: first grids, the integers of a tuned model, its sidecar."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tuning import small_classifier, small_data

from mcuq.calibrate import calibrate
from mcuq.document import DIGEST
from mcuq.errors import InputError, UsageError
from mcuq.finetune import FinetuneSettings, Tuned, read_sidecar, sidecar_path, write_sidecar
from mcuq.finetune.plan import make_plan
from mcuq.finetune.tuned import TunedFilter, snapped
from mcuq.graph import Op, Tensor
from mcuq.interpret.float import run_float
from mcuq.interpret.integer import dequantize_outputs, quantize_inputs, run_integer
from mcuq.numeric import TERNARY
from mcuq.ops.mean import MEAN, MeanAttrs
from mcuq.ops.weighted import CONV_2D, FULLY_CONNECTED
from mcuq.ptq.blending import blended
from mcuq.quantize import Config, WeightChoice, quantize
from mcuq.quantized import QuantizedGraph

SCALES = {"w": [0.125, 0.25, 0.5], "v": [0.375]}


def _tuned(bits: int = 4) -> Tuned:
    graph = small_classifier()
    filters = {n: TunedFilter(bits, np.array(s, np.float32)) for n, s in SCALES.items()}
    kinds = {"w": CONV_2D, "v": FULLY_CONNECTED}
    tensors = dict(graph.tensors)
    for name, each in filters.items():
        data = snapped(tensors[name].data, kinds[name], each)
        tensors[name] = Tensor(name, data.shape, data)
    ranges = {"x": (-3.0, 2.1), "h": (0.0, 5.1), "f": (0.0, 5.1), "l": (-4.0, 6.2), "p": (0, 0.9)}
    return Tuned(replace(graph, tensors=tensors), filters, ranges)


@pytest.mark.parametrize("bits", [4, 2, TERNARY])
def test_quantizing_keeps_the_tuned_values_exactly(bits: int) -> None:
    tuned = _tuned(bits)
    qgraph = tuned.quantized()
    for name, scales in SCALES.items():
        tensor = qgraph.tensors[name]
        assert tensor.bits == bits
        assert tensor.scale.tolist() == scales
        shape = (-1, 1, 1, 1) if name == "w" else (1, 1)
        real = tensor.data * tensor.scale.reshape(shape)
        assert (real == tuned.graph.tensors[name].data).all()
    assert float(qgraph.tensors["h"].scale[0]) == pytest.approx(5.1 / 255)
    assert qgraph.tensors["h"].zero_point == -128


def test_the_sidecar_gives_the_same_integers(tmp_path: Path) -> None:
    tuned, path = _tuned(), sidecar_path(tmp_path / "small.tflite")
    write_sidecar(tuned, path)
    assert path.name == "small.tuned.json"
    again = read_sidecar(path, tuned.graph).quantized()
    for name, tensor in tuned.quantized().tensors.items():
        other = again.tensors[name]
        assert (tensor.scale.tobytes(), tensor.zero_point) == (
            other.scale.tobytes(),
            other.zero_point,
        )
        assert (tensor.data is None) or (tensor.data == other.data).all()


@pytest.mark.parametrize(
    ("old", "new", "cause"),
    [
        ('"w"', '"other"', "another model"),
        ('"h"', '"other"', "another model"),
        ("0.125", "-0.125", "greater than 0"),
        ('"bits": 4', '"bits": 99', "less than or equal"),
        ("{", "", "Invalid JSON"),
    ],
)
def test_a_sidecar_that_does_not_fit_is_refused(
    old: str, new: str, cause: str, tmp_path: Path
) -> None:
    path = tmp_path / "small.tuned.json"
    write_sidecar(_tuned(), path)
    plain = json.loads(path.read_text())
    del plain[DIGEST]
    text = json.dumps(plain)
    assert old in text
    path.write_text(text.replace(old, new, 1))
    with pytest.raises(InputError, match=cause):
        read_sidecar(path, small_classifier())


def test_training_starts_from_filters_that_are_fitted_and_on_their_grids() -> None:
    """Far nearer to the float model than filters that are merely rounded."""
    graph, data = small_classifier(), small_data()
    config = Config(default_weight=WeightChoice(2))
    plan = make_plan(graph, data.inputs, config)
    fitted = Tuned(plan.start(graph), plan.filters, plan.ranges("xhflp", {})).quantized()
    plain = quantize(graph, calibrate(graph, data.inputs), config)
    real = run_float(graph, data.inputs, keep=["l"])["l"]

    def error(qgraph: QuantizedGraph) -> float:
        stored = run_integer(qgraph, quantize_inputs(qgraph, data.inputs), keep=["l"])
        return float(np.square(dequantize_outputs(qgraph, stored)["l"] - real).mean())

    assert error(fitted) < 0.6 * error(plain)
    for name, grid in plan.filters.items():
        start = plan.start(graph).tensors[name].data
        kind = CONV_2D if name == "w" else FULLY_CONNECTED
        np.testing.assert_array_equal(snapped(start, kind, grid), start)


def test_only_new_values_are_rounded() -> None:
    plan = make_plan(small_classifier(), small_data().inputs, Config())
    assert plan.rounded == {"x", "h", "l"}
    assert plan.representative["f"] == plan.representative["h"]


def test_one_scale_a_filter_where_asked() -> None:
    choice = WeightChoice(4, per="tensor")
    plan = make_plan(small_classifier(), small_data().inputs, Config(default_weight=choice))
    assert plan.filters["w"].scale.shape == (1,)
    tuned = Tuned(small_classifier(), plan.filters, plan.ranges("xhflp", {}))
    assert tuned.quantized().tensors["w"].axis is None


def test_symmetric_activations_stay_symmetric() -> None:
    plan = make_plan(small_classifier(), small_data().inputs, Config(activations="symmetric"))
    tuned = Tuned(small_classifier(), plan.filters, plan.ranges("xhflp", {}), "symmetric")
    for name in "xhl":
        assert tuned.quantized().tensors[name].zero_point == 0
        grid = plan.grids[plan.representative[name]]
        assert tuned.quantized().tensors[name].scale[0] == grid.scale


def test_a_model_that_mixes_samples_is_refused() -> None:
    graph = small_classifier()
    tensors = {**graph.tensors, "m": Tensor("m", (3,))}
    op = Op(MEAN, "m", ("p",), ("m",), MeanAttrs((0,)))
    mixed = replace(graph, tensors=tensors, ops=(*graph.ops, op), outputs=("m",))
    with pytest.raises(InputError, match="mixes the samples"):
        make_plan(mixed, small_data().inputs, Config())


def test_an_unknown_width_is_refused() -> None:
    with pytest.raises(UsageError, match="3 bits"):
        make_plan(small_classifier(), small_data().inputs, Config(default_weight=WeightChoice(3)))


def test_int16_activations_are_refused() -> None:
    with pytest.raises(UsageError, match="int8 activations"):
        make_plan(small_classifier(), small_data().inputs, Config(activation_bits=16))


def test_blended_samples_hold_parts_of_others() -> None:
    rng = np.random.default_rng(0)
    x = np.arange(64, dtype=np.float32).reshape(64, 1, 1, 1) * np.ones((1, 6, 5, 2), np.float32)
    (images,), changed = blended([x], rng)
    assert 10 < changed.sum() < 54
    np.testing.assert_array_equal(images[~changed], x[~changed])
    foreign = (images != x).any(axis=3).mean(axis=(1, 2))[changed]
    assert foreign.max() <= 0.5 and foreign.mean() > 0.1
    (rows,), changed = blended([x[:, 0, 0]], rng)
    np.testing.assert_array_equal(rows[~changed], x[~changed, 0, 0])
    assert (rows[changed] != x[changed, 0, 0]).mean() > 0.9


@pytest.mark.parametrize(("samples", "passes"), [(100, 150), (3600, 41), (60_000, 20)])
def test_few_samples_are_passed_over_more_often(samples: int, passes: int) -> None:
    assert FinetuneSettings().passes(samples) == passes
    assert FinetuneSettings(epochs=3).passes(samples) == 3
