"""mcuq: fit a trained network to a microcontroller.

    built = mcuq.build("model.tflite", board="stm32f746", calibration=x, evaluation=(x, y))
    built.summary()

Every stage is a typed function from value to value; names load when they are first used.

    graph = mcuq.load_model(Path("model.tflite"))
    data = mcuq.load_data(Path("calibration.npz"), graph)
    ranges = mcuq.calibrate_graph(graph, data.inputs)
    qgraph = mcuq.quantize_graph(graph, ranges, mcuq.Config(default_weight=mcuq.WeightChoice(4)))
    memory = mcuq.plan_program(mcuq.lower_graph(qgraph))
    mcuq.write_c_model(memory, mcuq.firmware_dir(), Path("model"))

`mcuq.build` runs all of them, as `mcuq build` does; `mcuq.bundle_models` joins results, as
`mcuq bundle` does. Each function is described where it is defined, in the package of its stage.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mcuq.api import Build, build
    from mcuq.bundle import bundle_models
    from mcuq.calibrate import Ranges
    from mcuq.calibrate import calibrate as calibrate_graph
    from mcuq.compiler import FirmwareImage, build_firmware
    from mcuq.cost import MemoryPlan, plan_program
    from mcuq.data import Dataset, load_data
    from mcuq.emit.c import write_c_model
    from mcuq.emit.tflite import tflite_bytes
    from mcuq.errors import McuqError
    from mcuq.graph import Graph
    from mcuq.importers import load_model
    from mcuq.interpret.float import run_float
    from mcuq.interpret.integer import dequantize_outputs, quantize_inputs, run_integer
    from mcuq.lower import Program
    from mcuq.lower import lower as lower_graph
    from mcuq.pipeline.build import build as build_model
    from mcuq.pipeline.request import BuildRequest
    from mcuq.pipeline.result import BuildResult
    from mcuq.progress import StageLines
    from mcuq.quantize import Config, WeightChoice
    from mcuq.quantize import quantize as quantize_graph
    from mcuq.quantized import QuantizedGraph
    from mcuq.resources import firmware_dir

__version__ = "0.1.0"

_HOMES = {
    "BuildRequest": ("pipeline.request", "BuildRequest"),
    "BuildResult": ("pipeline.result", "BuildResult"),
    "Build": ("api", "Build"),
    "Config": ("quantize", "Config"),
    "Dataset": ("data", "Dataset"),
    "Graph": ("graph", "Graph"),
    "FirmwareImage": ("compiler", "FirmwareImage"),
    "McuqError": ("errors", "McuqError"),
    "MemoryPlan": ("cost", "MemoryPlan"),
    "Program": ("lower", "Program"),
    "QuantizedGraph": ("quantized", "QuantizedGraph"),
    "Ranges": ("calibrate", "Ranges"),
    "StageLines": ("progress", "StageLines"),
    "WeightChoice": ("quantize", "WeightChoice"),
    "build": ("api", "build"),
    "build_firmware": ("compiler", "build_firmware"),
    "build_model": ("pipeline.build", "build"),
    "bundle_models": ("bundle", "bundle_models"),
    "calibrate_graph": ("calibrate", "calibrate"),
    "dequantize_outputs": ("interpret.integer", "dequantize_outputs"),
    "firmware_dir": ("resources", "firmware_dir"),
    "load_data": ("data", "load_data"),
    "load_model": ("importers", "load_model"),
    "lower_graph": ("lower", "lower"),
    "plan_program": ("cost", "plan_program"),
    "quantize_graph": ("quantize", "quantize"),
    "quantize_inputs": ("interpret.integer", "quantize_inputs"),
    "run_float": ("interpret.float", "run_float"),
    "run_integer": ("interpret.integer", "run_integer"),
    "tflite_bytes": ("emit.tflite", "tflite_bytes"),
    "write_c_model": ("emit.c", "write_c_model"),
}

__all__ = [
    "Build",
    "BuildRequest",
    "BuildResult",
    "Config",
    "Dataset",
    "FirmwareImage",
    "Graph",
    "McuqError",
    "MemoryPlan",
    "Program",
    "QuantizedGraph",
    "Ranges",
    "StageLines",
    "WeightChoice",
    "__version__",
    "build",
    "build_firmware",
    "build_model",
    "bundle_models",
    "calibrate_graph",
    "dequantize_outputs",
    "firmware_dir",
    "load_data",
    "load_model",
    "lower_graph",
    "plan_program",
    "quantize_graph",
    "quantize_inputs",
    "run_float",
    "run_integer",
    "tflite_bytes",
    "write_c_model",
]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'mcuq' has no attribute {name!r}")
    module, attribute = _HOMES[name]
    return getattr(import_module(f"mcuq.{module}"), attribute)


def __dir__() -> list[str]:
    return __all__
