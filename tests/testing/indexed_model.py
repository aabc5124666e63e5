"""A model whose inputs are indices and truth values."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mcuq.calibrate import calibrate
from mcuq.emit.tflite import tflite_bytes
from mcuq.graph import Graph
from mcuq.importers.builder import GraphBuilder
from mcuq.numeric.element import Element
from mcuq.ops.attrs import NoAttrs
from mcuq.ops.gathering import GATHER, GatherAttrs
from mcuq.ops.selection import SELECT_V2
from mcuq.quantize import Config, quantize

ROWS = 9


def _chosen() -> Graph:
    """Rows of a table, where a mask says so."""
    build = GraphBuilder()
    index = build.input((1, 6), "index", Element.INT32)
    mask = build.input((1, 6, 4), "mask", Element.BOOL)
    table = build.constant(np.random.default_rng(0).normal(0, 3, (ROWS, 4)), "table")
    row = build.op(GATHER, GatherAttrs(0), [table, index], "row")
    low = build.constant(np.array([-1.0]), "low")
    return build.graph("chosen", (build.op(SELECT_V2, NoAttrs(), [mask, row, low], "kept"),))


def chosen_rows() -> bytes:
    """Its .tflite."""
    rng = np.random.default_rng(1)
    samples: list[npt.NDArray[np.float32]] = [
        rng.integers(0, ROWS, (8, 6)).astype(np.float32),
        rng.integers(0, 2, (8, 6, 4)).astype(np.float32),
    ]
    return tflite_bytes(quantize(_chosen(), calibrate(_chosen(), samples), Config()))
