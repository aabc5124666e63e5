"""Program text that cuts a model where mcuq does not go on: to be copied, run and adapted."""

from __future__ import annotations

from pathlib import Path

from mcuq.importers.missing import Cut

_OTHER = {"head": "what follows", "tail": "what comes before"}
_KERAS = {"head": "model.inputs, layer.output", "tail": "layer.output, model.outputs"}


def surgery(model: Path, cut: Cut) -> str:
    """A Python program that reads `model` and writes the part that `cut` names beside it.

    A Keras model is converted as `load_keras` does it, and cut as a TFLite file.
    """
    suffix = model.suffix.lower()
    kept = suffix if suffix in (".onnx", ".tflite") else ".tflite"
    written = model.with_name(f"{model.stem}.{cut.part}{kept}")
    notes = f"# Keeps the {cut.part}; {_OTHER[cut.part]} runs outside of it, joined at:\n"
    notes += "".join(f"#   {name!a}\n" for name in cut.names)
    if suffix == ".onnx":
        return notes + _onnx(str(model), str(written), cut)
    if suffix == ".tflite":
        return notes + _tflite(f"Path({str(model)!a}).read_bytes()", "", str(written), cut)
    notes += f"# In Keras itself: keras.Model({_KERAS[cut.part]}).save(...)\n"
    content = f"convert_keras(Path({str(model)!a}))[0]"
    reader = "from mcuq.importers.keras import convert_keras\n"
    return notes + _tflite(content, reader, str(written), cut)


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


def _tflite(content: str, reader: str, written: str, cut: Cut) -> str:
    return f"""\
from pathlib import Path

import flatbuffers
from ai_edge_litert import schema_py_generated as schema
{reader}
model = schema.ModelT.InitFromPackedBuf({content}, 0)
graph = model.subgraphs[0]
graph.operators = [graph.operators[number] for number in {[*cut.nodes]!a}]
graph.inputs = {[*cut.inputs]!a}
graph.outputs = {[*cut.outputs]!a}
model.signatureDefs = None
builder = flatbuffers.Builder(0)
builder.Finish(model.Pack(builder), b"TFL3")
Path({written!a}).write_bytes(builder.Output())
"""
