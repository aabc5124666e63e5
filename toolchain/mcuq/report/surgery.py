"""Program text that cuts a model where mcuq does not go on: to be copied, run and adapted."""

from __future__ import annotations

from pathlib import Path

from mcuq.importers.missing import Cut

_OTHER = {"head": "what follows", "tail": "what comes before"}


def surgery(model: Path, cut: Cut) -> str:
    """A Python program that reads `model` and writes the part that `cut` names beside it."""
    written = model.with_name(f"{model.stem}.{cut.part}{model.suffix}")
    notes = f"# Keeps the {cut.part}; {_OTHER[cut.part]} runs outside of it, joined at:\n"
    notes += "".join(f"#   {name!a}\n" for name in cut.names)
    suffix = model.suffix.lower()
    if suffix == ".onnx":
        return notes + _onnx(str(model), str(written), cut)
    if suffix == ".tflite":
        return notes + _tflite(str(model), str(written), cut)
    return notes + _keras(str(model), str(written), cut)


def _onnx(model: str, written: str, cut: Cut) -> str:
    return f"""\
import onnx

onnx.utils.extract_model(
    {model!a},
    {written!a},
    input_names={[*cut.inputs]!a},
    output_names={[*cut.outputs]!a},
)
"""


def _tflite(model: str, written: str, cut: Cut) -> str:
    return f"""\
from pathlib import Path

import flatbuffers
from ai_edge_litert import schema_py_generated as schema

model = schema.ModelT.InitFromPackedBuf(Path({model!a}).read_bytes(), 0)
graph = model.subgraphs[0]
graph.operators = [graph.operators[number] for number in {[*cut.nodes]!a}]
graph.inputs = {[*cut.inputs]!a}
graph.outputs = {[*cut.outputs]!a}
model.signatureDefs = None
builder = flatbuffers.Builder(0)
builder.Finish(model.Pack(builder), b"TFL3")
Path({written!a}).write_bytes(builder.Output())
"""


def _keras(model: str, written: str, cut: Cut) -> str:
    """The layer is found by its name, which the converter keeps in those of its tensors."""
    ends = {"head": "model.inputs, layer.input", "tail": "layer.output, model.outputs"}[cut.part]
    return f"""\
import re

import keras

model = keras.models.load_model({model!a})
names = re.split("[/;:]", {cut.beside!a})
layer = next(layer for layer in model.layers if layer.name in names)
keras.Model({ends}).save({written!a})
"""
