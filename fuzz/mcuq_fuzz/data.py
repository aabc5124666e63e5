"""Targets that read arrays."""

from __future__ import annotations

from functools import cache

from mcuq.arrays import open_arrays
from mcuq.data import load_data
from mcuq.graph import Graph
from mcuq.importers.builder import GraphBuilder
from mcuq.ops.attrs import NoAttrs
from mcuq.ops.functions import ABS
from mcuq_fuzz.target import Target, in_file
from mcuq_fuzz.zip_mutants import mutant as changed_archive


def read_npz(data: bytes) -> None:
    _read("data.npz", data)


def read_npy(data: bytes) -> None:
    _read("data.npy", data)


def _read(name: str, data: bytes) -> None:
    path = in_file(name, data)
    for read in open_arrays(path).values():
        read()
    load_data(path, graph())


@cache
def graph() -> Graph:
    """A model of one input of 2 × 3 values."""
    build = GraphBuilder()
    output = build.op(ABS, NoAttrs(), [build.input((1, 2, 3), "x")], "y")
    return build.graph("small", (output,))


TARGETS = (
    Target("npz", read_npz, changed_archive),
    Target("npy", read_npy, largest=1 << 12),
)
