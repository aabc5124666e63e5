"""The package as a library: every stage from `import mcuq`, nothing loaded before it is used."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import mcuq
from mcuq.resources import example_dir


def test_every_name_resolves() -> None:
    for name in mcuq.__all__:
        assert getattr(mcuq, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        mcuq.nonsense  # noqa: B018


def test_importing_loads_no_heavy_library() -> None:
    heavy = ["numpy", "scipy", "deap", "unicorn", "plotly", "tensorflow", "ai_edge_litert"]
    code = f"import mcuq, sys; sys.exit([m for m in {heavy} if m in sys.modules] != [])"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


EXTRAS = ["onnx", "onnxruntime", "tensorflow", "keras", "tf_keras", "h5py"]


def test_a_tflite_model_needs_none_of_the_extras() -> None:
    """As installed by plain `pip install mcuq`: read, compared, quantized."""
    model = next(example_dir("digits").glob("*.tflite"))
    code = f"""
import sys
sys.modules.update(dict.fromkeys({EXTRAS}))
from pathlib import Path
import mcuq.cli.main, mcuq.pipeline.build
from mcuq.importers import load_model
from mcuq.witness import compare_import
path = Path({str(model)!r})
assert compare_import(path, load_model(path)).runtime
"""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_stages_in_a_row(tmp_path: Path) -> None:
    folder = example_dir("digits")
    graph = mcuq.load_model(next(folder.glob("*.tflite")))
    data = mcuq.load_data(folder / "calibration.npz", graph).take(20)
    ranges = mcuq.calibrate_graph(graph, data.inputs)
    config = mcuq.Config(default_weight=mcuq.WeightChoice(4))
    qgraph = mcuq.quantize_graph(graph, ranges, config)
    outputs = mcuq.run_integer(qgraph, mcuq.quantize_inputs(qgraph, data.inputs))
    found = mcuq.dequantize_outputs(qgraph, outputs)[graph.outputs[0]]
    wanted = mcuq.run_float(graph, data.inputs)[graph.outputs[0]]
    assert np.mean(found.argmax(-1) == wanted.argmax(-1)) > 0.7
    assert mcuq.tflite_bytes(qgraph)[4:8] == b"TFL3"
    memory = mcuq.plan_program(mcuq.lower_graph(qgraph))
    mcuq.write_c_model(memory, mcuq.firmware_dir(), tmp_path / "model")
    assert (tmp_path / "model" / "model.c").is_file()
