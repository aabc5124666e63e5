"""From bytes to a model that ONNX's own checker accepts, with the data that lies beside it."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import Any

import onnx
from google.protobuf.message import DecodeError
from onnx import ModelProto, TensorProto

from mcuq.errors import InputError
from mcuq.importers.onnx.classical import without_labels
from mcuq.importers.onnx.inline import inlined
from mcuq.importers.onnx.older import EXPERIMENTS, OLDEST
from mcuq.importers.onnx.order import in_order
from mcuq.shown import visible

_MALFORMED = "the file is damaged or was cut short: export or copy it again"
_OWN_CONSTANTS = 4
"""The file format from which on an initializer need not be an input, too."""


def parse(content: bytes, folder: Path | None) -> ModelProto:
    """The model, with its external data loaded.

    Args:
        content: of the file.
        folder: where external data lies; None where the model came without a file.

    Raises:
        InputError: no ONNX, damaged, of an operator set that is too old or too new, or external
            data is missing or lies outside the folder.
    """
    try:
        model = onnx.load_model_from_string(content)
        _check_version(model)
        _state_opset(model)
        opset_of(model)
        _check_external(model, folder)
        if folder is not None:
            onnx.load_external_data_for_model(model, str(folder))
        _spell_out(model)
        _check_defined(model)
        onnx.checker.check_model(model)
        without_labels(model)
        whole: ModelProto = inlined(model)
    except _REFUSALS as error:
        raise InputError(f"not a valid ONNX file: {_first_line(error)}", _MALFORMED) from error
    return whole


_REFUSALS = (DecodeError, onnx.checker.ValidationError, OSError, RuntimeError, ValueError)
"""RuntimeError: of an assertion in ONNX's own code."""


def _spell_out(model: Any) -> None:
    """What the checker demands, and exporters and runtimes do without."""
    graph = model.graph
    for output in graph.output:
        if not output.type.WhichOneof("value"):
            output.type.tensor_type.elem_type = TensorProto.FLOAT
        if output.type.HasField("tensor_type"):
            output.type.tensor_type.shape.SetInParent()
    model.ir_version = max(model.ir_version, _OWN_CONSTANTS)
    nodes = in_order(graph.node, {entry.name for entry in (*graph.input, *graph.initializer)})
    del graph.node[:]
    graph.node.extend(nodes)


def _check_defined(model: Any) -> None:
    """Every operator of ONNX's own domain is one of ONNX, or the file's own function."""
    own = {function.name for function in model.functions} | EXPERIMENTS
    nodes = [node for node in model.graph.node if node.domain in ("", "ai.onnx")]
    kinds = dict.fromkeys(
        node.op_type
        for node in nodes
        # What is no text the checker refuses.
        if isinstance(node.op_type, str)
        and node.op_type not in own
        and not onnx.defs.has(node.op_type)
    )
    if kinds:
        raise InputError(
            f"ONNX has no operator {', '.join(visible(kind) for kind in kinds)}",
            "the exporter could not translate it: give the file that it exported from, or write "
            "the layer with other operators (GELU by tanh, for an Erfc)",
        )


def _check_version(model: Any) -> None:
    """The file's format is one that the onnx package knows."""
    if model.ir_version > onnx.IR_VERSION:
        raise InputError(
            f"ONNX file format {model.ir_version} is newer than the installed onnx package, "
            f"which knows {onnx.IR_VERSION}",
            "pip install --upgrade onnx, or export with an older package",
        )


def _state_opset(model: Any) -> None:
    """A file of classical learning alone states no version of the default domain: any is right."""
    stated = {entry.domain for entry in model.opset_import}
    used = {node.domain for node in model.graph.node}
    if not ({"", "ai.onnx"} & (stated | used)):
        model.opset_import.add(domain="", version=onnx.defs.onnx_opset_version())


def opset_of(model: Any) -> int:
    """Version of the default operator set.

    Raises:
        InputError: it is older than what mcuq reads, or newer than the onnx package knows.
    """
    versions = {entry.domain: entry.version for entry in model.opset_import}
    opset, newest = (
        int(versions.get("", versions.get("ai.onnx", 0))),
        onnx.defs.onnx_opset_version(),
    )
    if model.graph.node and opset < OLDEST:
        raise InputError(
            f"ONNX opset {opset} is too old", f"export with opset_version={OLDEST} or later"
        )
    if opset > newest:
        raise InputError(
            f"ONNX opset {opset} is newer than the installed onnx package, which knows {newest}",
            f"pip install --upgrade onnx, or export with opset_version={newest} or earlier",
        )
    return opset


def _check_external(model: Any, folder: Path | None) -> None:
    """Every piece of external data is a file inside the model's folder."""
    for tensor in _tensors(model.graph):
        if tensor.data_location != TensorProto.EXTERNAL:
            continue
        facts = {entry.key: entry.value for entry in tensor.external_data}
        location = facts.get("location", "")
        where = f"initializer {tensor.name!r}: its data is in {location!r}"
        if folder is None:
            raise InputError(f"{where}, beside a file", "load the model from its file")
        parts = PurePosixPath(location.replace("\\", "/"))
        if not location or parts.is_absolute() or ".." in parts.parts or ":" in parts.parts[0]:
            raise InputError(
                f"{where}, outside the model's folder", "keep the data file beside the model"
            )
        if not (folder / location).is_file():
            raise InputError(
                f"{where}, which is not beside the model", "copy the data file along with the model"
            )


def _tensors(graph: Any) -> list[Any]:
    """Initializers, and the values of Constant nodes."""
    values = (entry.t for node in graph.node for entry in node.attribute if entry.HasField("t"))
    return [*graph.initializer, *values]


def _first_line(error: Exception) -> str:
    return next((line.strip() for line in str(error).splitlines() if line.strip()), "no message")
