"""The Keras front door: .keras, .h5 and SavedModel, through TensorFlow's own converter.

The model is traced with batch 1 first, so that the converter sees static shapes throughout. Files
that Keras 2 wrote and Keras 3 does not read go through tf_keras, which is Keras 2 under that name.
"""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from ai_edge_litert import schema_py_generated as schema

from mcuq.errors import InputError, McuqError, UsageError
from mcuq.graph import Graph
from mcuq.importers.keras_file import check_keras_file
from mcuq.importers.names import file_name, natural_order
from mcuq.importers.simplify import simplify
from mcuq.importers.tflite import load_tflite
from mcuq.isolated import bounded_memory
from mcuq.settings import READING
from mcuq.tflite.quiet import quiet_native_log

_SIGNATURE = "serving_default"
_OPEN_LIST = "TensorListReserve"
"""In the converter's errors about a loop over steps of unknown shape."""
_INNER = "Exception encountered:"
"""Before the cause, in Keras's errors about a layer."""
_LONGEST = 200
"""Characters of another library's message."""


def load_keras(path: Path) -> Graph:
    """The float graph of a Keras file or a SavedModel folder.

    Inputs and outputs are in the model's order; those of a SavedModel, which has none, are sorted
    by name.

    Raises:
        UsageError: TensorFlow is not installed, or tf_keras where the file needs it.
        InputError: unreadable, or with a layer, type or shape that is not supported.
    """
    with quiet_native_log():
        content, names = _converted(_tensorflow(), path)
    graph = simplify(load_tflite(content, anew=True))
    return _in_signature_order(replace(graph, name=file_name(path)), content, names)


def run_keras(path: Path, inputs: Sequence[npt.NDArray[np.float32]]) -> list[npt.NDArray[Any]]:
    """Outputs of the model for samples, one at a time, by TensorFlow itself.

    Args:
        inputs: float32 (samples, …), one a model input, in the order of `load_keras`.

    Returns:
        (samples, …), one a model output, in the order of `load_keras`.

    Raises:
        UsageError, InputError: as `load_keras`.
    """
    with quiet_native_log():
        function, _, names = _traced(_tensorflow(), path)
        rows = [
            _flat(_called(function, names, [x[sample : sample + 1] for x in inputs], path.is_dir()))
            for sample in range(len(inputs[0]))
        ]
    return [np.concatenate(column) for column in zip(*rows, strict=True)]


def _called(function: Any, names: list[str], values: list[Any], by_name: bool) -> Any:
    tensorflow = _tensorflow()
    positional, keywords = function.structured_input_signature
    specs = [keywords[name] for name in names] if by_name else tensorflow.nest.flatten(positional)
    tensors = [
        tensorflow.cast(value, spec.dtype) for value, spec in zip(values, specs, strict=True)
    ]
    return function(**dict(zip(names, tensors, strict=True))) if by_name else function(*tensors)


def _flat(outputs: Any) -> list[npt.NDArray[Any]]:
    """One array an output: by name where they have names, else as listed."""
    if isinstance(outputs, dict):
        outputs = [outputs[name] for name in sorted(outputs, key=natural_order)]
    return [np.asarray(value) for value in _tensorflow().nest.flatten(outputs)]


def convert_keras(path: Path) -> tuple[bytes, list[int]]:
    """The flatbuffer that `load_keras` reads the graph from.

    Returns:
        The flatbuffer, and for each of its inputs which one of the model it is.

    Raises:
        UsageError, InputError: as `load_keras`.
    """
    with quiet_native_log():
        content, names = _converted(_tensorflow(), path)
    model = schema.ModelT.InitFromPackedBuf(content, 0)
    entries = {entry.tensorIndex: entry.name.decode() for entry in model.signatureDefs[0].inputs}
    return content, [names.index(entries[index]) for index in model.subgraphs[0].inputs]


def _traced(tensorflow: Any, path: Path) -> tuple[Any, Any, list[str]]:
    """The function of a model, what holds its weights, and the names of its inputs in order."""
    if path.is_dir():
        return _saved_model_function(tensorflow, path)
    check_keras_file(path)
    return _keras_function(tensorflow, path)


def _converted(tensorflow: Any, path: Path) -> tuple[bytes, list[str]]:
    """The model as a flatbuffer, and the names of its inputs in order."""
    if not path.exists():
        raise InputError(f"cannot read {path}: no such file", "check the path of the model")
    try:
        with bounded_memory(READING.foreign_bytes):
            return _flatbuffer(tensorflow, path)
    except McuqError:
        raise
    except Exception as error:
        # TensorFlow raises dozens of types for a file it cannot read or a layer it cannot convert.
        hint = "load and call the model in TensorFlow; custom layers must be registered there"
        if _OPEN_LIST in str(error):
            hint = (
                "its recurrent layers were traced for any batch: give the .keras file, or export "
                "with a batch of 1: keras.layers.InputSpec(shape=(1, …)) in input_signature"
            )
        raise InputError(f"TensorFlow cannot convert {path}: {_reason(error)}", hint) from error


def _flatbuffer(tensorflow: Any, path: Path) -> tuple[bytes, list[str]]:
    function, trackable, names = _traced(tensorflow, path)
    converter = tensorflow.lite.TFLiteConverter.from_concrete_functions([function], trackable)
    return bytes(converter.convert()), names


def _tensorflow() -> Any:
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    try:
        import tensorflow
    except ImportError as error:
        raise UsageError(
            "reading a Keras model needs TensorFlow", "pip install 'mcuq[tensorflow]'"
        ) from error
    return tensorflow


def _keras_function(tensorflow: Any, path: Path) -> tuple[Any, Any, list[str]]:
    """The traced model, what holds its weights, and the names its inputs were given."""
    model = _keras_model(path)
    if not getattr(model, "inputs", None):
        raise InputError(
            f"the model in {path} does not know the shape of its input",
            "begin it with Input(shape=...), or call it once before it is saved",
        )
    specs = [
        _batch_of_one(tensorflow, tensor.shape, tensor.dtype, tensor.name)
        for tensor in model.inputs
    ]

    def call(*inputs: Any) -> Any:
        return model(list(inputs) if len(inputs) > 1 else inputs[0], training=False)

    # The converter finds the weights through a TensorFlow object that holds them.
    holder = tensorflow.Module()
    holder.weights = [_tensorflow_variable(variable) for variable in model.variables]
    function = tensorflow.function(call).get_concrete_function(*specs)
    return function, holder, [spec.name for spec in specs]


def _keras_model(path: Path) -> Any:
    """The model by Keras 3 or, where that fails on a file of Keras 2, by tf_keras."""
    import keras

    if keras.backend.backend() != "tensorflow":
        raise UsageError(
            f"Keras runs on {keras.backend.backend()}, reading a model needs TensorFlow",
            "unset KERAS_BACKEND, or set it to tensorflow",
        )
    try:
        return keras.models.load_model(str(path), compile=False)
    except Exception as error:
        # Any type, as above; the file may still be one of Keras 2.
        version = _keras_version(path)
        if not version.startswith("2."):
            raise
        return _keras_2_model(path, version, error)


def _keras_2_model(path: Path, version: str, reason: Exception) -> Any:
    try:
        import tf_keras
    except ImportError:
        raise UsageError(
            f"{path} was written by Keras {version}, and Keras 3 does not read it: "
            f"{_reason(reason)}",
            "pip install tf_keras, which reads it",
        ) from reason
    return tf_keras.models.load_model(str(path), compile=False)


def _keras_version(path: Path) -> str:
    """Of the Keras that wrote a .keras or .h5 file; empty where the file does not say.

    Raises:
        InputError: the file holds weights only.
    """
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            return str(json.loads(archive.read("metadata.json")).get("keras_version", ""))
    import h5py

    if not h5py.is_hdf5(path):
        return ""
    with h5py.File(path) as file:
        if "model_config" not in file.attrs:
            raise InputError(
                f"{path} holds weights without the model they belong to",
                "save the whole model: model.save(), not model.save_weights()",
            )
        version = file.attrs.get("keras_version", "")
        return version.decode() if isinstance(version, bytes) else str(version)


def _tensorflow_variable(variable: Any) -> Any:
    """What Keras 3 wraps and Keras 2 has as it is."""
    return variable if callable(variable.value) else variable.value


def _saved_model_function(tensorflow: Any, path: Path) -> tuple[Any, Any, list[str]]:
    """The traced default signature, the loaded model, and the names of its inputs."""
    loaded = tensorflow.saved_model.load(str(path))
    if _SIGNATURE not in loaded.signatures:
        raise InputError(
            f"{path} has no signature {_SIGNATURE!r}", "export the model with model.export()"
        )
    signature = loaded.signatures[_SIGNATURE]
    _, keywords = signature.structured_input_signature
    specs = {
        name: _batch_of_one(tensorflow, spec.shape, spec.dtype, name)
        for name, spec in sorted(keywords.items(), key=lambda item: natural_order(item[0]))
    }

    def call(**inputs: Any) -> Any:
        return signature(**inputs)

    function = tensorflow.function(call).get_concrete_function(**specs)
    return function, loaded, list(specs)


def _batch_of_one(tensorflow: Any, shape: Any, dtype: Any, name: str) -> Any:
    sizes = list(shape)
    if not sizes or None in sizes[1:]:
        raise InputError(
            f"input {name!r} has the shape {tuple(sizes)}",
            "give every dimension but the batch a size: Input(shape=...)",
        )
    return tensorflow.TensorSpec([1, *sizes[1:]], dtype, name=name)


def _in_signature_order(graph: Graph, content: bytes, inputs: list[str]) -> Graph:
    """The graph with inputs and outputs as the model lists them; the converter reorders both.

    Args:
        graph: as read from `content`, in the file's order.
        content: the flatbuffer; its signature knows which tensor is which.
        inputs: the signature's names of the inputs, in the model's order.
    """
    model = schema.ModelT.InitFromPackedBuf(content, 0)
    subgraph, signature = model.subgraphs[0], model.signatureDefs[0]
    in_tensors = {entry.name.decode(): entry.tensorIndex for entry in signature.inputs}
    out_tensors = {entry.name.decode(): entry.tensorIndex for entry in signature.outputs}
    by_tensor = dict(zip(subgraph.inputs, graph.inputs, strict=True))
    results: dict[int, list[str]] = {}
    for index, result in zip(subgraph.outputs, graph.outputs, strict=True):
        results.setdefault(index, []).append(result)
    # Outputs that are one tensor are copies of each other, in this order.
    ordered = sorted(out_tensors, key=natural_order)
    return replace(
        graph,
        inputs=tuple(by_tensor[in_tensors[name]] for name in inputs),
        outputs=tuple(results[out_tensors[name]].pop(0) for name in ordered),
    )


def _reason(error: Exception) -> str:
    """One line of an error's text, which may hold a whole configuration."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    inner = [line for line in lines if line.startswith(_INNER)]
    text = (inner or lines or ["no message"])[-1 if inner else 0].removeprefix(_INNER).strip()
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
