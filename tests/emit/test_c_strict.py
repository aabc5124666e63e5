"""Emitted C is clean of both compilers' warnings about conversions, alignment and stack."""

from __future__ import annotations

from pathlib import Path

import pytest
from number_formats import forms, least_model
from stateful_models import streaming_model
from strict_compilers import Compiler, compilers

from mcuq.compiler.toolchain import core_flags
from mcuq.cost.memory import plan_program
from mcuq.emit.c import write_c_model
from mcuq.emit.c.names import Names
from mcuq.emit.c.shared_arena import share_arena
from mcuq.lower import LowerOptions, lower
from mcuq.numeric import TERNARY
from mcuq.quantized import QuantizedGraph
from mcuq.resources import firmware_dir

LARGEST_FRAME = 128
"""Bytes. A model's functions keep nothing but a kernel's arguments and addresses that several calls
share: 88 bytes by GCC 12, 104 by Clang 14."""

pytestmark = [pytest.mark.slow, pytest.mark.arm]


def every_operator() -> list[QuantizedGraph]:
    """A model of each operator at each width, and one that keeps states."""
    graphs = [least_model(form) for form in forms((8, 4, 2, TERNARY))]
    return [*graphs, streaming_model().quantized()]


def written(graphs: list[QuantizedGraph], folder: Path) -> list[Path]:
    """Their sources, each in a folder of its own and under a name of its own."""
    sources = []
    for number, qgraph in enumerate(graphs):
        names, place = Names(f"model{number}"), folder / str(number)
        memory = plan_program(lower(qgraph, LowerOptions()))
        write_c_model(memory, firmware_dir(), place, names=names)
        sources.append(place / names.source)
    return sources


@compilers
def test_models_are_clean(compiler: Compiler, tmp_path: Path) -> None:
    sources = written(every_operator(), tmp_path)
    assert len(sources) > 150
    flags = (*core_flags("cortex-m7"), "-O2", f"-DMCUQ_PROFILE={len(sources)}")
    includes = (firmware_dir() / "include", firmware_dir() / "runtime")
    compiler.check(sources, flags, includes, tmp_path / "objects", stack_bytes=LARGEST_FRAME)


@compilers
def test_models_that_share_an_arena_are_clean(compiler: Compiler, tmp_path: Path) -> None:
    folder, both = tmp_path / "both", [Names("first"), Names("second")]
    folder.mkdir()
    for names in both:
        memory = plan_program(lower(streaming_model().quantized(), LowerOptions()))
        write_c_model(memory, firmware_dir(), tmp_path / names.word, names=names)
        for file in (names.source, names.header):
            (tmp_path / names.word / file).rename(folder / file)
    share_arena(folder, both)
    includes = (folder, firmware_dir() / "include", firmware_dir() / "runtime")
    flags = (*core_flags("cortex-m0plus"), "-Os")
    sources = sorted(folder.glob("*.c"))
    assert len(sources) == 3
    compiler.check(sources, flags, includes, tmp_path / "objects", stack_bytes=LARGEST_FRAME)
