"""The ONNX front door's steps: parse and check, lower node by node, simplify."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from mcuq.errors import UsageError
from mcuq.graph import Graph
from mcuq.importers.dimensions import check_dimensions
from mcuq.importers.malformed import malformed_named
from mcuq.importers.names import UniqueNames, file_name
from mcuq.importers.source import read_bytes

if TYPE_CHECKING:
    pass


def load_onnx(source: Path | bytes) -> Graph:
    """The float graph of an ONNX model of opset 7 or later, in NHWC.

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
    from mcuq.importers.onnx.convert import convert
    from mcuq.importers.onnx.parse import opset_of, parse
    from mcuq.importers.simplify import simplify

    content = source if isinstance(source, bytes) else read_bytes(source)
    model = parse(content, None if isinstance(source, bytes) else source.parent)
    name = None if isinstance(source, bytes) else file_name(source)
    with malformed_named("ONNX model"), np.errstate(all="ignore"):
        graph = simplify(convert(model, opset_of(model), name))
        check_dimensions(graph)
        return _named_outputs(graph, [output.name for output in model.graph.output])


def _named_outputs(graph: Graph, names: Sequence[str]) -> Graph:
    """The outputs called as in the file, where a layer's own name does not stand in the way."""
    from mcuq.importers.simplify.rewrite import renamed

    unique = UniqueNames()
    wanted = dict(zip(graph.outputs, (unique.take(name, "output") for name in names), strict=True))
    return renamed(graph, {old: new for old, new in wanted.items() if new not in graph.tensors})
