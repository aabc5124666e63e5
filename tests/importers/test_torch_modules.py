"""Common PyTorch modules, by both of PyTorch's exporters to ONNX: what PyTorch computes, to 1e-6.

An exporter that refuses a module is none of our business; such modules are listed.
"""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from onnx_cases import onnx
from torch_modules import NAMES, Idiom, example, torch

pytest.importorskip("onnxscript", reason="pip install 'mcuq[torch]'")

from mcuq.importers import load_model
from mcuq.interpret.float import run_float

CLOSE = 1e-6
"""Of an output's largest value."""
SAMPLES = 3
NOT_EXPORTED = {("encoder_layer", "script")}
"""The exporter hands a tensor to what takes a truth value."""
EXPORTERS = {"script": {"dynamo": False}, "dynamo": {"dynamo": True, "verbose": False}}


def _exported(name: str, exporter: str, folder: Path, copies: int = 1, **options: Any) -> Path:
    """The module's file.

    Args:
        copies: of the example's one sample, side by side: the batch that is exported.
    """
    path = folder / f"{name}.onnx"
    module = example(name)
    inputs = tuple(torch.cat([x] * copies) for x in module.inputs)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(module.module, inputs, path, **EXPORTERS[exporter], **options)
    return path


def assert_equals_pytorch(name: str, path: Path) -> None:
    """Load the model and compare all its outputs with the module's on several samples."""
    module, inputs = example(name).module, example(name).inputs
    graph = load_model(path)
    generator = torch.Generator().manual_seed(2)
    for _ in range(SAMPLES):
        with torch.no_grad():
            wanted = module(*inputs)
        arrays = [np.asarray(x).astype(np.float32) for x in inputs]
        stored = [
            graph.layout(own).to_graph(x) for own, x in zip(graph.inputs, arrays, strict=True)
        ]
        found = run_float(graph, stored)
        outputs = wanted if isinstance(wanted, tuple) else (wanted,)
        for own, right in zip(graph.outputs, outputs, strict=True):
            values = found[own].reshape(graph.layout(own).graph_shape)
            back = np.argsort(graph.layout(own).order)
            scale = float(right.abs().max())
            np.testing.assert_allclose(
                values.transpose(back), right, rtol=0, atol=CLOSE * max(scale, 1e-3)
            )
        inputs = tuple(
            torch.randn(x.shape, generator=generator) if x.is_floating_point() else x.flip(-1)
            for x in inputs
        )


@pytest.mark.slow
@pytest.mark.parametrize("exporter", EXPORTERS)
@pytest.mark.parametrize("name", NAMES)
def test_module(name: str, exporter: str, tmp_path: Path) -> None:
    if (name, exporter) in NOT_EXPORTED:
        pytest.skip("PyTorch itself does not export it")
    assert_equals_pytorch(name, _exported(name, exporter, tmp_path))


@pytest.mark.slow
@pytest.mark.parametrize("opset", [7, 9, 11, 13])
@pytest.mark.parametrize("name", ["cnn_bn_relu", "gru", "layer_norm", "pool_pad_ceil", "unet"])
def test_older_operator_sets(name: str, opset: int, tmp_path: Path) -> None:
    path = _exported(name, "script", tmp_path, opset_version=opset)
    assert_equals_pytorch(name, path)


@pytest.mark.slow
@pytest.mark.parametrize("opset", [23, 24, 25])
@pytest.mark.parametrize("name", ["attention", "group_norm", "lstm"])
def test_newer_operator_sets(name: str, opset: int, tmp_path: Path) -> None:
    path = _exported(name, "dynamo", tmp_path, opset_version=opset)
    assert onnx.load(path).opset_import[0].version == opset
    assert_equals_pytorch(name, path)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["attention", "group_norm", "lstm", "unet"])
def test_the_newest_operator_set(name: str, tmp_path: Path) -> None:
    """Which the exporter does not write yet: the converter of ONNX itself does."""
    newest = onnx.defs.onnx_opset_version()
    model = onnx.load(_exported(name, "dynamo", tmp_path))
    onnx.save(onnx.version_converter.convert_version(model, newest), tmp_path / "newest.onnx")
    assert_equals_pytorch(name, tmp_path / "newest.onnx")


BATCHED = ["attention", "channel_shuffle", "gru", "layer_norm", "pixel_shuffle", "qkv", "unet"]
"""Modules that reshape, or make tensors of the batch's size."""


@pytest.mark.slow
@pytest.mark.parametrize("exporter", EXPORTERS)
@pytest.mark.parametrize("name", BATCHED)
def test_an_open_batch_is_one(name: str, exporter: str, tmp_path: Path) -> None:
    module = example(name)
    inputs = [f"in{number}" for number in range(len(module.inputs))]
    sizes: tuple[Any, ...] = ({0: torch.export.Dim.DYNAMIC},) * len(inputs)
    opened: dict[str, Any] = {
        "script": {"input_names": inputs, "dynamic_axes": {each: {0: "N"} for each in inputs}},
        # Of a module that takes any number of inputs they are one argument.
        "dynamo": {"dynamic_shapes": (sizes,) if isinstance(module.module, Idiom) else sizes},
    }
    path = _exported(name, exporter, tmp_path, copies=2, **opened[exporter])
    stated = onnx.load(path).graph.input[0].type.tensor_type.shape.dim[0]
    assert stated.dim_param and not stated.dim_value
    assert_equals_pytorch(name, path)
