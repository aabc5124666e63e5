"""Emitted C with single activations in int16 gives the bytes of our own evaluation."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from host_model import HostModel

from mcuq.calibrate import calibrate
from mcuq.importers import load_model
from mcuq.interpret.integer import quantize_inputs, run_integer
from mcuq.quantize import Config, quantize
from mcuq.resources import example_dir


def test_widths_may_change_inside_a_model(tmp_path: Path) -> None:
    graph = load_model(example_dir("digits") / "digits_float32.tflite")
    x = np.load(example_dir("digits") / "calibration.npz")["x"][:10].astype(np.float32)
    x = x.reshape(len(x), *graph.tensors[graph.inputs[0]].shape[1:])
    names = (graph.activations[2], graph.activations[6])
    qgraph = quantize(graph, calibrate(graph, x), Config(wide=names))
    inputs = quantize_inputs(qgraph, [x])
    expected = run_integer(qgraph, inputs)[qgraph.outputs[0]]
    model = HostModel(qgraph, tmp_path)
    for sample in range(3):
        found = model.run([inputs[0][sample]])[0]
        np.testing.assert_array_equal(found.ravel(), expected[sample].ravel())
