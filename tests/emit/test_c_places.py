"""Emitted C puts values at computed places, and takes them from there, as our evaluation does."""

from __future__ import annotations

from pathlib import Path

import pytest
from computed_places import Placing, Tuples, stored_inputs
from host_model import HostModel

from mcuq.prequantized.load import load_quantized


@pytest.mark.parametrize(
    "file, dtype",
    [
        (Placing((1, 4, 3), (1, 2, 2)), "int8"),
        (Placing((1, 4, 3), (1, 2, 2), "whole"), "int16"),
        (Placing((1, 4, 3), (1, 2, 2), "part"), "int32"),
        (Tuples((3, 4, 2), (5, 2), fixed=True), "int8"),
        (Tuples((1, 4, 2), (5, 3), fixed=False), "int8"),
    ],
)
def test_emitted_c_gives_the_same_bytes(file: Placing | Tuples, dtype: str, tmp_path: Path) -> None:
    qgraph = load_quantized(file.content(dtype))
    HostModel(qgraph, tmp_path).check(stored_inputs(qgraph, file.samples(dtype, 8)))
