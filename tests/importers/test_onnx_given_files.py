"""Files from elsewhere give what onnxruntime gives on them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from onnx_cases import SAMPLES, onnxruntime

from mcuq.importers import load_model
from mcuq.interpret.float import run_float

FILES = [
    "models/amb_cls.onnx",
    "models/bin_sigmoid.onnx",
    "models/cls3.onnx",
    "models/cnn160_8_16.onnx",
    "models/fc_bytes_differ.onnx",
    "models/flat1000.onnx",
    "models/pixshuf_manual.onnx",
    "models/skip_concat_r100.onnx",
    "models/tiny_input_1e-09.onnx",
    "torch/ae_conv_unflatten.legacy17.onnx",
    "torch/f_clampmin0.onnx",
    "torch/nchw_targets.onnx",
]


@pytest.mark.parametrize("file", FILES)
def test_file(file: str, cases: Path) -> None:
    graph = load_model(cases / file)
    session = onnxruntime.InferenceSession(cases / file, providers=["CPUExecutionProvider"])
    rng = np.random.default_rng(0)
    layouts = [graph.layout(name) for name in graph.inputs]
    samples = [
        rng.normal(0, 1, (SAMPLES, *layout.file_shape[1:])).astype(np.float32) for layout in layouts
    ]
    found = run_float(
        graph, [layout.to_graph(x) for layout, x in zip(layouts, samples, strict=True)]
    )
    names = [entry.name for entry in session.get_inputs()]
    for i in range(SAMPLES):
        feeds = {name: x[i : i + 1] for name, x in zip(names, samples, strict=True)}
        for name, wanted in zip(graph.outputs, session.run(None, feeds), strict=True):
            shape = graph.tensors[name].shape
            result = graph.layout(name).to_file(found[name][i].reshape(shape))
            tolerance = 1e-5 * max(1.0, float(np.abs(wanted).max()))
            np.testing.assert_allclose(result, wanted, rtol=1e-5, atol=tolerance)


def test_labels_of_an_image_whose_sides_are_equal(cases: Path) -> None:
    """The data is in the file's layout, which the shape alone does not tell."""
    graph = load_model(cases / "models/amb_cls.onnx")
    data = np.load(cases / "data/amb_cls.npz")
    samples = graph.layout(graph.inputs[0]).to_graph(data["x"].astype(np.float32))
    found = run_float(graph, [samples])[graph.outputs[0]]
    assert np.array_equal(found.argmax(axis=-1), data["y"])
