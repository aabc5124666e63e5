"""The ONNX front door's steps: parse and check, lower node by node, simplify."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mcuq.errors import InputError, UsageError
from mcuq.frontends.names import UniqueNames
from mcuq.frontends.source import read_bytes
from mcuq.graph import Graph

if TYPE_CHECKING:
    from onnx import ModelProto

_OLDEST_OPSET = 13


def load_onnx(source: Path | bytes) -> Graph:
    """The float graph of an ONNX model of opset 13 or later, in NHWC.

    Inputs and outputs that images flow through are N, H, W, C (or N, W, C) in the graph where they
    are N, C, H, W (N, C, W) in the model; everything else keeps its layout.

    Raises:
        UsageError: the onnx package is not installed.
        InputError: unreadable, damaged, or with an operator, type or shape that is not supported.
    """
    try:
        import onnx  # noqa: F401 - asked for here, so that the error names the extra
    except ImportError as error:
        raise UsageError(
            "reading an .onnx model needs the onnx package", "pip install 'mcuq[onnx]'"
        ) from error
    from mcuq.frontends.onnx.convert import convert
    from mcuq.frontends.simplify import simplify

    content = source if isinstance(source, bytes) else read_bytes(source)
    model = _parsed(content, None if isinstance(source, bytes) else source.parent)
    name = None if isinstance(source, bytes) else source.stem
    graph = simplify(convert(model, _opset(model), name))
    return _named_outputs(graph, [output.name for output in model.graph.output])


def _named_outputs(graph: Graph, names: Sequence[str]) -> Graph:
    """The outputs called as in the file, where a layer's own name does not stand in the way."""
    from mcuq.frontends.simplify.rewrite import renamed

    unique = UniqueNames()
    wanted = dict(zip(graph.outputs, (unique.take(name, "output") for name in names), strict=True))
    return renamed(graph, {old: new for old, new in wanted.items() if new not in graph.tensors})


def _parsed(content: bytes, folder: Path | None) -> ModelProto:
    import onnx
    from google.protobuf.message import DecodeError  # type: ignore[import-untyped]

    try:
        model = onnx.load_model_from_string(content)
        if folder is not None:
            onnx.load_external_data_for_model(model, str(folder))
        onnx.checker.check_model(model)
    except (DecodeError, onnx.checker.ValidationError, OSError, ValueError) as error:
        raise InputError(
            f"not a valid ONNX file: {_first_line(error)}",
            "the file is damaged or was cut short: export or copy it again",
        ) from error
    return model


def _first_line(error: Exception) -> str:
    return next((line.strip() for line in str(error).splitlines() if line.strip()), "no message")


def _opset(model: Any) -> int:
    """Version of the default operator set; refuses old ones."""
    versions = {entry.domain: entry.version for entry in model.opset_import}
    opset = int(versions.get("", versions.get("ai.onnx", 0)))
    if opset < _OLDEST_OPSET:
        raise InputError(
            f"ONNX opset {opset} is too old",
            f"export with opset_version={_OLDEST_OPSET} or later",
        )
    return opset
