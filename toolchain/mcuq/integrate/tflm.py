"""The flatbuffer for TensorFlow Lite Micro: bytes, operator resolver, arena size."""

from __future__ import annotations

import textwrap
from pathlib import Path

from mcuq.importers.tflite.reader import read_model
from mcuq.importers.tflite.variables import with_states
from mcuq.integrate.built import Built
from mcuq.integrate.templates import render, write
from mcuq.tflite.micro import arena_bytes
from mcuq.tflite.operators.catalog import RESOLVERS
from mcuq.tflite.operators.control import VARIABLES


def write_tflm(built: Built, folder: Path) -> None:
    """model.tflite, the same as a C array, and resolver.h."""
    write_bytes = folder / "model.tflite"
    write_bytes.parent.mkdir(parents=True, exist_ok=True)
    write_bytes.write_bytes(built.flatbuffer)
    arena = arena_bytes(built.flatbuffer)
    methods = (VARIABLES.get(kind) or RESOLVERS[kind] for kind in built.kinds)
    adds = "\n".join(f"    resolver.{method}();" for method in methods)
    header = render("tflm/resolver.h", arena=arena, count=len(built.kinds), adds=adds)
    write(folder / "model_resolver.h", header)
    listed = ", ".join(f"0x{byte:02x}" for byte in built.flatbuffer)
    data = textwrap.fill(listed, 96, initial_indent="    ", subsequent_indent="    ")
    write(
        folder / "model_data.cc",
        render("tflm/model_data.cc", data=data, size=len(built.flatbuffer)),
    )
    write(folder / "README.md", render("tflm/README.md", arena=f"{arena:,}", states=_states(built)))


def _states(built: Built) -> str:
    """How an interpreter is given room for variables, if the model has any."""
    count = len(with_states(read_model(built.flatbuffer)).states)
    return render("tflm/states.md", count=count) if count else ""
